// A person, before you talk: what was promised, what to ask, what was said last time.

import { capital, dayOf, dayWords, t } from "../text.js"
import { html, nothing } from "../vendor/lit-html.js"
import { asked } from "./asked.js"
import { notHere } from "./frame.js"
import { isToLeave, newest } from "./my_list.js"
import { doNotContact, other } from "./other.js"
import { answersFor } from "./passing.js"
import { reach, reached } from "./reach.js"
import { keep, resultChanges, saveAndReturn } from "./saving.js"
import { aboutWords, firstName, fullName, rapLink, talkWords } from "./words.js"

/** @import {Shape} from "../types/engine" */

const WEEK_MS = 7 * 86_400_000

/** @type {Screens.person} */
export function person(app) {
  const { id, hash } = app.route
  const found = app.phone.get("person", id)
  if (!found) return notHere()
  if (hash === "other") return other(app, found)
  if (hash === "do-not-contact") return doNotContact(app, found)
  const asks = reached(app, found)
  return {
    name: "person",
    title: fullName(found),
    tab: "Rounds",
    back: { href: "/", text: t("list_title") },
    hasPill: false,
    head: html`<p class="sub">${called(found)} ${aboutWords(app.phone, found)}</p>
      ${reach(app, found)}`,
    body: html`${asks} ${notices(app, found)} ${rapLink(app)} ${promised(app, id)}
      ${answersFor(app, id)} ${asked(app, id)} ${talks(app, id)}
      <a class="row link" href="/correct/${id}">${t("correct")}</a>`,
    foot: asks !== nothing || isToLeave(app.phone, found) ? undefined : foot(app, id),
  }
}

/** Where that is no part of their name. @type {Screens.called} */
const called = ({ name, preferred_name: own }) =>
  own && !name?.split(" ").includes(own) ? html`<b>${t("called", { name: own })}</b> ·` : nothing

/** @type {Screens.personNotices} */
function notices(app, person) {
  const { phone } = app
  const name = firstName(person)
  const no = person.do_not_contact ?? {}
  const isMine =
    phone.get("assignment", person.id)?.volunteer === phone.me?.volunteer &&
    !phone.isLeaving(person.id)
  return html`${
    isToLeave(phone, person)
      ? html`<p class="card stop">
          <b>⊘ ${t(no.all ? "leave" : "leave_me")}</b>${t("leave_next", { name })}
        </p>`
      : nothing
  }
    ${no.phone ? html`<p class="card stop"><b>⊘ ${t("no_phone")}</b></p>` : nothing}
    ${refused(person)}
    ${no.work ? html`<p class="card stop"><b>⊘ ${t("no_work")}</b></p>` : nothing}
    ${isMine ? nothing : html`<p class="card">${t("moved_on", { name })}</p>`}`
}

/** What they said no to. @type {Screens.refusedTo} */
function refused({ consent: may = {} }) {
  const ways = ["phone", "text", "email", "work", "post"].filter((way) => may[way] === false)
  if (!ways[0]) return nothing
  const said = ways.map((way) => t(`consent_${way}`)).join(", ")
  return html`<p class="card stop"><b>⊘ ${t("consent_no", { said })}</b></p>`
}

/** @type {Screens.promised} */
function promised(app, id) {
  const { phone } = app
  const today = dayOf(phone.now())
  const open = phone
    .all("follow_up")
    .filter((one) => one.person === id && one.state === "open" && !one.asks)
    .sort((a, b) => (a.due ?? "9").localeCompare(b.due ?? "9"))
  const finish = async (/** @type {string} */ record) => {
    const save = await keep(app, [{ kind: "follow_up", record, set: { state: "done" } }])
    if (save) app.say(t("saved"), save.id)
  }
  return open.map(
    ({ id, due, text }) => html`<div class="card ${due && due <= today ? "due" : ""}">
      <b>${due ? t(due < today ? "was_promised" : "promised_for", { day: dayWords(due, phone.now()) }) : t("promised")}</b>
      <p>${text}</p>
      <button type="button" class="small" @click=${() => finish(id)}>✓ ${t("done")}</button>
    </div>`,
  )
}

/** @type {Screens.talks} */
function talks(app, id) {
  const all = newest(app.phone.all("conversation").filter((one) => one.person === id))
  const [last, ...earlier] = all
  if (!last) {
    const isLeft = isToLeave(app.phone, app.phone.get("person", id) ?? { id })
    return isLeft ? nothing : html`<p class="card">${t("first_talk")}</p>`
  }
  return html`${twice(app, id, all)}
    <div class="card"><b>${t("last_time", { day: dayOfTalk(app, last) })}</b>
      ${talkWords(app, last)}
      ${
        last.result === "talked" && app.memo("own", () => ownTalks(app.phone)).has(last.id)
          ? html`<a class="small" href="/change/${last.id}">${t("change_it")}</a>`
          : nothing
      }</div>
    ${
      earlier.length
        ? html`<details class="card">
          <summary>${t("earlier", { n: earlier.length })}</summary>
          ${earlier.map((one) => html`<b>${capital(dayOfTalk(app, one))}</b>${talkWords(app, one)}`)}
        </details>`
        : nothing
    }`
}

/** What I noted myself, as long as this phone holds it. @type {Screens.ownTalks} */
const ownTalks = (phone) =>
  new Set(phone.saves().flatMap(({ changes }) => changes.map(({ record }) => record)))

/** @type {Screens.dayOfTalk} */
const dayOfTalk = (app, talk) => dayWords(dayOf(talk.when), app.phone.now())

/** Two volunteers, one week: said kindly, to both. @type {Screens.twice} */
function twice(app, id, talks) {
  const recent = talks.filter(
    (one) => one.result === "talked" && !one.meeting && one.when > app.phone.now() - WEEK_MS,
  )
  const by = (/** @type {Shape} */ one) =>
    app.phone.register("conversation", one.id, "person").heads[0]?.by
  const others = recent.filter((one) => by(one) !== app.phone.me?.volunteer)
  if (!others[0] || others.length === recent.length) return nothing
  const name = firstName(app.phone.get("person", id))
  return html`<p class="card accent">${t("twice", { name, day: dayOfTalk(app, others[0]) })}</p>`
}

/** @type {Screens.personFoot} */
function foot(app, id) {
  const away = () => saveAndReturn(app, id, resultChanges(app.phone, id, "not_at_work"))
  const isBegun = app.phone.draft(`talk/${id}`) !== undefined
  return html`<div class="two">
      <button type="button" class="button" @click=${away}>${capital(t("result_not_at_work"))}</button>
      <a class="button" href="/person/${id}#other">${t("other")}</a>
    </div>
    <a class="button main" href="/talk/${id}">${t(isBegun ? "finish_talk" : "note_talk")}</a>`
}
