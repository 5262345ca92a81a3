// What I did this week, what is still on this phone, and how to put a slip right.

import { capital, dayOf, dayWords, momentWords, t } from "../text.js"
import { html, nothing, repeat } from "../vendor/lit-html.js"
import { deeds, talksIn, withIt } from "./correcting.js"
import { home, lateSince, undo } from "./frame.js"
import { movePage } from "./move.js"
import { mayAssess } from "./parting.js"
import { firstName, fullName, resultWords } from "./words.js"

/** @import {Shape} from "../types/engine" */

const OURS = ["no_network", "time_out", "bad_reply", "not_joined"]
const ABOUT = ["person", "follow_up", "told", "assessment"]
/** @type {Record<string, string>} */
const WORDS = {
  conversation: "what_conversation",
  assessment: "what_assessment",
  told: "what_told",
  "told.said": "what_said",
  "follow_up.state": "what_done",
}
const WEEK_MS = 7 * 86_400_000

/** @type {Screens.done} */
export function done(app) {
  if (app.route.hash.startsWith("move=")) return movePage(app, app.route.hash.slice(5))
  const since = app.phone.now() - WEEK_MS
  const week = app.phone.saves().filter((save) => save.at > since && !save.undone)
  const own = deeds(week).filter((save) => whatOf(app, save))
  const talks = own.flatMap(talksIn).filter(({ set }) => set.result === "talked")
  const talkedTo = new Set(talks.map(({ set }) => set.person)).size
  const kept = own.filter(({ changes }) =>
    changes.some(({ kind, set }) => kind === "follow_up" && set.state === "done"),
  ).length
  return {
    name: "done",
    title: t("done_title"),
    back: home(app),
    body: html`<p class="thanks">${talkedTo ? t("thanks", { n: talkedTo }) : t("no_talks")}
        ${kept ? t("promises_kept", { n: kept }) : nothing}</p>
      ${sending(app)} ${held(app)} ${promises(app)}
      ${own.length ? html`<h2 id="week">${t("this_week")}</h2>` : nothing}
      <ul aria-labelledby="week">${repeat(
        own,
        ({ id }) => id,
        (save) => item(app, save),
      )}</ul>
      <a class="row link" href="/settings">${t("settings_title")}</a>`,
  }
}

/** @type {Screens.sending} */
export function sending(app) {
  const { phone, ui } = app
  const { count, since } = phone.unsent()
  const send = async () => {
    ui.sending = true
    app.draw()
    const { ok, problem } = await phone.exchange()
    Object.assign(ui, { sending: false, sent: ok ? t("sent_all") : problemWords(problem) })
    app.draw()
  }
  const isLate = lateSince(app)
  return html`<div class="card ${isLate ? "due" : ""}">
    <b>${count ? t("kept_since", { n: count, when: momentWords(since ?? 0, phone.now()) }) : t("nothing_unsent")}</b>
    <p>${t(isLate ? "late_next" : count ? "kept_next" : "nothing_unsent_next")}</p>
    <button type="button" class="button" ?disabled=${ui.sending} @click=${send}>
      ${t(ui.sending ? "sending" : "send_now")}
    </button>
    <p role="status">${ui.sent ?? nothing}</p>
  </div>`
}

/** The server's words where it has some, else ours. @type {Screens.problemWords} */
export function problemWords(problem) {
  const { title, safe, next, problem: code } = problem ?? {}
  if (title) return [title, safe, next].filter(Boolean).join(" ")
  const ours = OURS.includes(code) ? code : "app_failed"
  return t(`problem_${ours}`)
}

/** With a coordinator, or set aside here. @type {Screens.held} */
function held(app) {
  return app.phone.attention().map((save) => {
    const why = save.seq === null ? "aside" : "held"
    return html`<div class="card due">
      <b>${t(why, { what: whatOf(app, save) || t("what_details") })}</b>
      <p>${t(`${why}_next`)}</p>
    </div>`
  })
}

/** What I owe, the oldest day first; a tap leads to whom. @type {Screens.sending} */
function promises({ phone }) {
  const now = phone.now()
  const owed = phone
    .all("follow_up")
    .filter((one) => one.state === "open" && !one.asks && one.owner === phone.me?.volunteer)
    .sort((a, b) => (a.due ?? "9").localeCompare(b.due ?? "9"))
  if (!owed.length) return nothing
  return html`<h2 id="owed">${t("i_promised")}</h2>
    <ul aria-labelledby="owed">${owed.map(({ person, text, due }) => {
      const isLate = due && due < dayOf(now)
      return html`<li><a class="row" href="/person/${person}"><span class="who">
        <b>${fullName(phone.get("person", person))}</b><small>${text}</small>
        <small class=${due && due <= dayOf(now) ? "due" : ""}>
          ${due ? t(isLate ? "was_due" : "due_on", { day: dayWords(due, now) }) : t("no_day")}</small>
      </span></a></li>`
    })}</ul>`
}

/** In words, what a save did; nothing for check-ins and rulings. @type {Screens.whatOf} */
function whatOf(app, save) {
  const [talk, ...more] = talksIn(save)
  const change = changeOf(save)
  if (!change) return ""
  const one = fullName(app.phone.get("person", aboutOf(app, save)))
  const name = more[0] ? t("with_more", { name: one, n: more.length }) : one
  if (talk?.set.person) {
    return `${name} · ${resultWords(/** @type {Shape} */ (/** @type {unknown} */ (talk.set)))}`
  }
  const { kind, set } = change
  const asked = Object.keys(set)[0] ?? ""
  const word = asked.startsWith("do_not_contact/")
    ? "leave"
    : (WORDS[`${kind}.${asked}`] ?? WORDS[kind] ?? "what_details")
  return `${name} · ${t(word)}`
}

/** Which of a save's changes says what it was. @type {Screens.changeOf} */
const changeOf = (save) => talksIn(save)[0] ?? save.changes.find(({ kind }) => ABOUT.includes(kind))

/** Whom a save is about. @type {Screens.whatOf} */
function aboutOf(app, save) {
  const { kind = "", record = "", set } = changeOf(save) ?? {}
  return String(set?.person ?? (kind === "person" ? record : app.phone.get(kind, record)?.person))
}

/** @type {Screens.item} */
function item(app, save) {
  const what = whatOf(app, save)
  const state = save.verdict === "held" ? "is_held" : save.seq === null ? "is_kept" : "is_sent"
  const [name, rest] = what.split(" · ")
  return html`<li>
    <details class="deed">
      <summary class="row"><span class="who"><b>${name}</b>
          <small>${capital(rest ?? "")} · ${momentWords(save.at, app.phone.now())}</small></span>
        <span class="tag ${state}">${t(state)}</span></summary>
      <div class="two">
        <button type="button" class="button" @click=${() => undo(app, withIt(app.phone, save))}>
          ${t("undo")}
        </button>
        ${talksIn(save).map((talk, _, all) => more(app, talk, Boolean(all[1])))}
        <a class="button" href="/person/${aboutOf(app, save)}">${t("open_person")}</a>
      </div>
    </details>
  </li>`
}

/** What else can be done about one of its talks. @type {Screens.more} */
function more(app, { record, set }, isOfSeveral) {
  const id = String(set.person ?? "")
  const person = app.phone.get("person", id)
  if (!person) return nothing
  const link = (/** @type {string} */ href, /** @type {string} */ words) =>
    html`<a class="button" href=${href}>${words}</a>`
  const change = `/change/${record}`
  if (isOfSeveral) return link(change, t("change_of", { name: fullName(person) }))
  const isTalk = set.result === "talked"
  return [
    isTalk ? link(change, t("change_it")) : nothing,
    link(`/done#move=${record}`, t("move")),
    isTalk && mayAssess(app)
      ? link(`/assess/${id}`, t("assess", { name: firstName(person) }))
      : nothing,
  ]
}
