// Answers of the executive: whom of mine each is for, and who was told. Then one of them as a card.

import { isFor } from "../sync/report_back.js"
import { byName, dayOf, inWords, t } from "../text.js"
import { html, nothing } from "../vendor/lit-html.js"
import { byPerson, isToLeave } from "./my_list.js"
import { radio } from "./questions.js"
import { keep } from "./saving.js"
import { firstName, fullName } from "./words.js"

const SAID = ["glad", "not_enough", "question", "nothing"]

/** The latest answer first, people by name; without whom it is for nobody of mine. @type {Screens.toPassOn} */
export function toPassOn(phone) {
  const talks = byPerson(phone.all("conversation"))
  const notes = byPerson(phone.all("told"))
  const compare = byName()
  const mine = phone
    .all("assignment")
    .filter((one) => one.volunteer === phone.me?.volunteer)
    .flatMap(({ id }) => phone.get("person", id) ?? [])
    .filter((person) => !isToLeave(phone, person))
    .sort((a, b) => compare(fullName(a), fullName(b)))
  return phone
    .all("report_back")
    .filter(({ state }) => state !== "closed")
    .sort((a, b) => (`${b.day}${b.id}` < `${a.day}${a.id}` ? -1 : 1))
    .map((answer) => {
      const people = mine.flatMap((person) => {
        const own = (notes.get(person.id) ?? []).filter((one) => one.report_back === answer.id)
        const note = own.find(({ state }) => state === "told") ?? own[0]
        return note || isFor(answer, person, talks.get(person.id) ?? []) ? { person, note } : []
      })
      return { answer, people, left: people.filter(({ note }) => note?.state !== "told").length }
    })
    .filter(({ people }) => people.length)
}

/** @type {Screens.passing} */
const passing = (app) => app.memo("passing", () => toPassOn(app.phone))

/** On my list, while somebody is left to tell. @type {Screens.passOnLink} */
export function passOnLink(app) {
  const n = passing(app).filter(({ left }) => left).length
  return n
    ? html`<a class="row card accent" href="/pass-on"
        ><span class="who">${t("to_pass_on", { n })}</span>›</a
      >`
    : nothing
}

/** Before you talk: what to tell this person, and what was told today. @type {Screens.promised} */
export function answersFor(app, id) {
  const today = dayOf(app.phone.now())
  return passing(app).flatMap(({ answer, people }) => {
    const found = people.find(({ person }) => person.id === id)
    const isTold = found?.note?.state === "told"
    if (!found || (isTold && dayOf(found.note?.when ?? 0) !== today)) return []
    return html`<section class="card accent" aria-label=${t("answer")}>
      <b>${t("answer")}</b>
      <p>${quoted(answer)}</p>
      <button type="button" class="small" aria-pressed=${isTold} @click=${() => tell(app, answer, found)}>
        ${isTold ? "✓ " : ""}${t("told")}
      </button>
      ${isTold ? reaction(app, answer, found) : nothing}
    </section>`
  })
}

/** @type {Screens.quoted} */
export const quoted = ({ text }) => t("quoted", { words: inWords(text) })

/** Tick somebody off; a second time takes it back. @type {Screens.tellOne} */
export const tell = (app, answer, { person, note }) =>
  note?.state === "told"
    ? write(app, note.id, { state: "open" })
    : write(app, note?.id ?? app.phone.newId(), {
        ...(note ? {} : { person: person.id, report_back: answer.id }),
        state: "told",
        when: app.phone.now(),
      })

/** @type {Screens.reaction} */
export function reaction(app, answer, { person, note }) {
  const id = note?.id ?? ""
  const { said: now } = { ...note, ...app.ui.writing?.[id] }
  return html`<fieldset class="question">
    <legend>${t("told_said", { name: firstName(person) })}</legend>
    <div class="chips">
      ${SAID.map((said) =>
        radio(answer.id + person.id, t(`said_${said}`), now === said, () =>
          write(app, id, { said }),
        ),
      )}
    </div>
  </fieldset>`
}

/** @type {Screens.writeTold} */
async function write(app, record, set) {
  const { ui } = app
  // What was tapped stays so, whatever is drawn before it is kept.
  ui.writing = { [record]: set }
  const save = await keep(app, [{ kind: "told", record, set }])
  ui.writing = null
  if (save) app.say(t("saved"), save.id)
}
