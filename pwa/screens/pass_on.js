// Answers to pass on: what the executive answered, and whom of mine to tell; a tap ticks them off.

import { dateWords, inWords, t } from "../text.js"
import { html, nothing, repeat } from "../vendor/lit-html.js"
import { home } from "./frame.js"
import { quoted, reaction, tell, toPassOn } from "./passing.js"
import { fullName } from "./words.js"

/** @type {Screens.settings} */
export function passOn(app) {
  const all = app.memo("passing", () => toPassOn(app.phone))
  // Whom it asks about; a tick that was taken back asks nothing.
  const asked = all.flatMap(({ answer, people }) =>
    people
      .filter(({ person, note }) => note?.state === "told" && app.ui.told === answer.id + person.id)
      .map((one) => reaction(app, answer, one)),
  )[0]
  return {
    name: "pass-on",
    title: t("pass_on_title"),
    back: home(app),
    body: all.length
      ? html`<p class="sub">${t("pass_on_how")}</p>
          ${all.map((one) => part(app, one))}`
      : html`<p class="card">${t("pass_on_none")}</p>`,
    foot: asked,
  }
}

/** @type {Screens.answerPart} */
function part(app, { answer, people, left }) {
  const day = answer.day ? dateWords(answer.day, app.phone.now()) : ""
  return html`<section aria-labelledby=${answer.id}>
    <h2 id=${answer.id}>${[inWords(answer.title), day].filter(Boolean).join(" · ")}</h2>
    <p class="card accent">${quoted(answer)}</p>
    <p class="sub">${left ? t("left_to_tell", { n: left }) : t("all_told")}</p>
    <ul>
      ${repeat(
        people,
        ({ person }) => person.id,
        (one) => row(app, answer, one),
      )}
    </ul>
  </section>`
}

/** @type {Screens.tellOne} */
function row(app, answer, one) {
  const { person, note } = one
  const isTold = note?.state === "told"
  const tap = () => {
    app.ui.told = answer.id + person.id
    return tell(app, answer, one)
  }
  return html`<li><button type="button" class="row ${isTold ? "here" : ""}" aria-pressed=${isTold} @click=${tap}>
    <span class="who"><b>${fullName(person)}</b>
      <small>${isTold && note.said ? t(`said_${note.said}`) : (person.department ?? nothing)}</small></span>
    <span class="tag ${isTold ? "done" : ""}">${isTold ? "✓ " : ""}${t(isTold ? "told" : "tap_told")}</span>
  </button></li>`
}
