// A conversation with several: who was there, what all said, and what each did.

import { t } from "../text.js"
import { html, live, nothing, repeat } from "../vendor/lit-html.js"
import { finder, foundRows, nameAndPlace } from "./finder.js"
import { asks, inSaves, meetingChanges, newMeeting } from "./meeting.js"
import { asking, noting } from "./noting.js"
import { questionsNow } from "./questions.js"
import { backToList, keep } from "./saving.js"
import { keepDraft } from "./talk.js"
import { fullName } from "./words.js"

const KEY = "group"

/** @type {Screens.groupTalk} */
export function group(app) {
  const { phone, route, ui } = app
  ui.draft ??= phone.draft(KEY) ?? newMeeting(phone)
  const people = Object.keys(ui.draft.people)
  if (route.hash === "talk" && people[1]) return noted(app, people)
  return {
    name: KEY,
    title: t("group_title"),
    back: { href: "/", text: t("list_title") },
    head: html`<p class="sub">${t("group_who")}</p>`,
    body: html`<div class="stack">${repeat(
      foundRows(app).filter(({ section }) => section !== "do_not_contact"),
      ({ id }) => id,
      (row) => html`<label class="choice">
        <input type="checkbox" .checked=${live(row.id in ui.draft.people)}
          @change=${() => choose(app, row.id)}>
        ${nameAndPlace(row)}
      </label>`,
    )}</div>`,
    foot: html`${finder(app, "find_name")}
      ${
        people[1]
          ? html`<a class="button main" href="/group#talk">${t("group_next", { n: people.length })}</a>`
          : html`<button type="button" class="button" disabled>${t("group_two")}</button>`
      }`,
  }
}

/** @type {Screens.choosePerson} */
function choose(app, id) {
  const { [id]: there, ...people } = app.ui.draft.people
  keepDraft(app, { people: there ? people : { ...people, [id]: app.phone.newId() } }, KEY)
}

/** @type {Screens.noted} */
function noted(app, people) {
  const { phone, ui } = app
  ui.questions ??= questionsNow(phone)
  const asked = (/** @type {string} */ person) => asks(ui.questions, ui.draft, person)
  const ask = (/** @type {string} */ person) =>
    asking(app, KEY, t("group_note_hint"), asked(person))
  const folds = people.filter((id) => asked(id)[0])
  return noting(app, KEY, ["", ...people].flatMap(asked), () => save(app), {
    title: t("group_with", { n: people.length }),
    back: { href: "/group", text: t("back") },
    body: html`${ask("")} ${folds[0] ? html`<h2>${t("group_each")}</h2>` : nothing}
      ${repeat(
        folds,
        (id) => id,
        (id) => html`<details>
          <summary class="row"><span class="who"><b>${fullName(phone.get("person", id))}</b>
              <small>${saidWords(app, id)}</small></span></summary>
          ${ask(id)}
        </details>`,
      )}`,
  })
}

/** @type {Screens.saidWords} */
function saidWords({ ui }, id) {
  const asked = asks(ui.questions, ui.draft, id)
  const n = asked.filter(({ key }) => ui.draft.answers[key]).length
  return t("group_said", { n, total: asked.length })
}

/** @type {Screens.saveGroup} */
async function save(app) {
  const { phone, ui } = app
  const { draft } = ui
  if (ui.isSaving) return
  ui.isSaving = true
  // After a save that failed, what was kept before it is not kept again.
  for (const changes of inSaves(meetingChanges(phone, ui.questions, draft))) {
    if (phone.get("conversation", changes[0]?.record ?? "") || (await keep(app, changes))) continue
    ui.isSaving = false
    return
  }
  await phone.dropDraft(KEY)
  const own = phone.saves().filter(({ changes }) => changes[0]?.set.meeting === draft.meeting)
  const id = own.map((one) => one.id)
  app.restore = { save: id[0] ?? "", key: KEY, draft }
  backToList(app, "", { id })
}
