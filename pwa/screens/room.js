// A training night's room: write a name, show the number, and be let in.

import "../main.js"
import { ask } from "../exchange.js"
import { spoken, t } from "../text.js"
import { html } from "../vendor/lit-html.js"
import { enter, tried, withPin } from "./joining.js"

const FIRST_MS = 2000
const LONGEST_MS = 8000
/** The place that is asked about, so that two looks at a page do not ask twice. */
let asking = ""
/** Who lets in and who asked, for this sitting only. */
let written = { place: "", from: "", name: "" }

/** @type {Screens.room} */
export function room(app) {
  const { phone, ui } = app
  const place = phone.setting("place")
  if (place) return waiting(app, place)
  const write = (/** @type {Event} */ event) => {
    ui.name = /** @type {HTMLInputElement} */ (event.target).value
    app.draw()
  }
  const send = (/** @type {Event} */ event) => {
    event.preventDefault()
    if (ui.name?.trim()) withPin(app, () => tried(app, () => takePlace(app, ui.token, ui.name)))
  }
  return {
    name: "join",
    title: t("room_title"),
    body: html`<form id="room" @submit=${send}>
        <div class="question">
          <label for="name">${t("room_name")}</label>
          <p class="hint" id="name-hint">${t("room_name_hint")}</p>
          <input id="name" type="text" maxlength="80" autocomplete="name" spellcheck="false"
            aria-describedby="name-hint" @input=${write}>
        </div>
      </form>
      ${
        ui.problem
          ? html`<div class="card stop" role="alert">
              <b>${ui.problem.title ?? t("join_failed")}</b>
              <p>${ui.problem.next ?? t("room_failed_next")}</p>
            </div>`
          : ""
      }`,
    foot: html`<button form="room" class="button main" ?disabled=${!ui.name?.trim() || ui.isJoining}>
      ${t("room_ask")}
    </button>`,
  }
}

/** @type {Screens.takePlace} */
async function takePlace({ phone }, token, name) {
  const { place, sign, from } = await ask("/room", { token, name }, spoken())
  // What is kept on the phone to go on after a restart names nobody.
  written = { place, from, name }
  await phone.setSetting("place", { place, sign, token })
}

/** @type {Screens.waiting} */
function waiting(app, place) {
  if (asking !== place.place) waitIn(app, place)
  const said = written.place === place.place ? written : { from: "", name: "" }
  const leave = () => {
    asking = ""
    app.phone.setSetting("place", undefined)
  }
  return {
    name: "join",
    title: said.from ? t("room_waiting", { name: said.from }) : t("room_waiting_on"),
    body: html`<p class="lead">${t("room_show")}</p>
      <p class="sign" role="status">${place.sign}</p>
      ${said.name ? html`<p class="sub">${t("room_written", { name: said.name })}</p>` : ""}`,
    foot: html`<button type="button" class="button" @click=${leave}>${t("room_leave")}</button>`,
  }
}

/** Ask now and again, gently, while somebody looks. @type {Screens.waitIn} */
async function waitIn(app, place) {
  asking = place.place
  for (
    let wait_ms = FIRST_MS;
    asking === place.place;
    wait_ms = Math.min(wait_ms * 1.2, LONGEST_MS)
  ) {
    await new Promise((resolve) => setTimeout(resolve, wait_ms * (0.8 + Math.random() * 0.4)))
    if (document.hidden || asking !== place.place) continue
    try {
      await enter(app, place.place)
      asking = ""
    } catch (problem) {
      await goOn(app, place, problem)
    }
  }
}

/** What becomes of waiting that ended, or goes on. @type {Screens.goOn} */
async function goOn(app, place, problem) {
  const { problem: code, status = 0 } = problem
  if (code === "still_waiting" || status < 400 || status === 408 || status >= 429) return
  asking = ""
  await app.phone.setSetting("place", undefined)
  if (code === "not_waiting" && !app.ui.hasReturned) {
    // The server forgot who waited, as it does when it starts anew: once more, by the same name.
    app.ui.hasReturned = true
    app.ui.token = place.token
    if (written.place !== place.place) return app.draw()
    return tried(app, () => takePlace(app, place.token, written.name))
  }
  app.ui.problem = problem
  app.draw()
}
