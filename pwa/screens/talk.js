// Note a talk: one page of questions, kept at every tap, the name always in sight.

import { visible } from "../sync/questionnaire.js"
import { capital, dayOf, dayWords, momentWords, t } from "../text.js"
import { html, live, nothing, repeat } from "../vendor/lit-html.js"
import { flawOf, missing } from "./limits.js"
import { questionField, questionsNow, radio } from "./questions.js"
import { backToList, keepOnce, talkChanges } from "./saving.js"
import { firstName, fullName, rapLink } from "./words.js"

/** @import {Question, Value} from "../types/engine" */
/** @import {Draft} from "../types/screens" */

const WHENS = /** @type {const} */ (["just_now", "earlier_today", "when_yesterday", "another_day"])
const HOWS = ["in_person", "phone", "text", "email", "online"]

/** @type {Screens.talk} */
export function talk(app) {
  const { phone, route, ui } = app
  const person = phone.get("person", route.id)
  ui.draft ??= draftOf(app, route.id)
  /** @type {Draft} */
  const draft = ui.draft
  ui.questions ??= questionsNow(phone)
  const keep = (/** @type {Partial<Draft>} */ more) => keepDraft(app, more)
  const answer = (/** @type {string} */ key, /** @type {Value | undefined} */ value) =>
    keep({ answers: { ...draft.answers, [key]: value } })
  const asked = visible(ui.questions, draft.answers)
  // Said once, where somebody first writes freely.
  const free = asked.find(({ type }) => type.endsWith("text"))
  const notice = t("note_hint", { name: firstName(person) })
  return {
    name: "talk",
    title: fullName(person),
    tab: "Rounds",
    back: { href: `/person/${route.id}`, text: t("back") },
    wayAside: html`<span class="tag">${t("kept_as_you_go")}</span>`,
    body: html`<form id="talk" novalidate autocomplete="off" @submit=${(/** @type {Event} */ event) => save(app, event)}>
      ${rapLink(app, "#talk")} ${whenAndHow(app, draft, keep)}
      ${repeat(
        asked,
        ({ key }) => key,
        (question) => questionField(app, question, draft, answer, question === free ? notice : ""),
      )}
    </form>`,
    foot: html`<div class="two">
      <a class="button" href="/turn/${route.id}">${t("turn")}</a>
      <button class="button main" form="talk">${t("save")}</button>
    </div>`,
  }
}

/**
 * The draft of this person, or a new one. One whose talk was saved is done with.
 * @type {Screens.draftOf}
 */
export function draftOf({ phone }, id) {
  const kept = phone.draft(`talk/${id}`)
  if (kept && !phone.get("conversation", kept.conversation)) return kept
  return {
    began: phone.now(),
    conversation: phone.newId(),
    answers: {},
    when: "just_now",
    day: "",
    how: "in_person",
  }
}

/** @type {Screens.keepDraft} */
export function keepDraft(app, more, key = `talk/${app.route.id}`) {
  Object.assign(app.ui.draft, more)
  app.phone.keepDraft(key, app.ui.draft)
  app.draw()
}

/** @type {Screens.whenAndHow} */
export function whenAndHow({ phone }, draft, keep) {
  const now = phone.now()
  const isToday = !draft.isNoted && dayOf(draft.began) === dayOf(now)
  const began = isToday ? t("just_now") : momentWords(draft.began, now)
  const words = (/** @type {string} */ when) => (when === "just_now" ? began : t(when))
  const isOther = draft.when === "another_day"
  const chosen = isOther && draft.day ? capital(dayWords(draft.day, now)) : words(draft.when)
  const day = (/** @type {Event} */ event) =>
    keep({ day: /** @type {HTMLInputElement} */ (event.target).value })
  return html`<details class="when">
    <summary>${chosen}, ${t(`how_${draft.how}`)} <span>${t("change")}</span></summary>
    <fieldset>
      <legend>${t("when")}</legend>
      <div class="chips">
        ${WHENS.map((when) => radio("when", words(when), draft.when === when, () => keep({ when })))}
      </div>
      ${
        isOther
          ? html`<input type="date" max=${dayOf(now)} aria-label=${t("another_day")}
            .value=${live(draft.day)} @input=${day}>`
          : nothing
      }
    </fieldset>
    <fieldset>
      <legend>${t("how")}</legend>
      <div class="chips">
        ${HOWS.map((how) => radio("how", capital(t(`how_${how}`)), draft.how === how, () => keep({ how })))}
      </div>
    </fieldset>
  </details>`
}

/** @type {Screens.save} */
async function save(app, event) {
  event.preventDefault()
  const { phone, route, ui } = app
  if (ui.draft.when === "another_day" && !ui.draft.day) return askDay(app)
  if (warns(app, visible(ui.questions, ui.draft.answers))) return
  const key = `talk/${route.id}`
  const draft = { ...ui.draft, conversation: phone.newId() }
  const saved = await keepOnce(app, talkChanges(phone, route.id, ui.questions, ui.draft))
  if (!saved) return
  app.restore = { save: saved.id, key, draft }
  app.parted = route.id
  await Promise.all([phone.dropDraft(key), backToList(app, route.id, saved)])
}

/** Another day, but which? Without it the talk would be kept as of just now. @type {Screens.askDay} */
export function askDay(app) {
  app.say(t("which_day"), undefined, true)
  const when = /** @type {HTMLDetailsElement | null} */ (document.querySelector(".when"))
  if (when) when.open = true
  const input = /** @type {HTMLInputElement | null} */ (when?.querySelector("[type=date]"))
  input?.focus()
}

/**
 * Whether an answer is worth a second look: then its question says so and has the focus. What is
 * only outside its limits is said once, and saved as it is the next time.
 * @type {Screens.warns}
 */
export function warns({ ui, draw }, asked) {
  const { draft, warned = [] } = ui
  const flaw = (/** @type {Question} */ one) => flawOf(one, draft.answers)
  const wrong = asked.filter(flaw)
  const stop = wrong.find((one) => flaw(one) === missing() || !warned.includes(one.key))
  ui.warned = wrong.map(({ key }) => key)
  if (stop || warned[0]) draw()
  const place = document.getElementById(`q-${stop?.key}`)
  const fold = place?.closest("details")
  if (fold) fold.open = true
  place?.scrollIntoView({ block: "center" })
  const field = /** @type {HTMLElement | null | undefined} */ (
    place?.querySelector("input, textarea")
  )
  field?.focus({ preventScroll: true })
  return Boolean(stop)
}
