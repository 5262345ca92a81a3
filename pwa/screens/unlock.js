// The locked phone: opens with the PIN. It sends without, and says what waits.

import { momentWords, t } from "../text.js"
import { html, nothing } from "../vendor/lit-html.js"
import { carry } from "./carry.js"
import { sending } from "./done.js"
import { drawAgain, drawRest } from "./paint.js"
import { PIN_LENGTH, pinField } from "./pin.js"
import { languageRows } from "./settings.js"

const SECOND_MS = 1000
const SOON_MS = 200

/** @type {Screens.unlock} */
export function unlock(app) {
  const { phone, ui } = app
  if (ui.isForgotten) return forgotten(app)
  const waits_ms = phone.unlockWaits_ms()
  if (waits_ms) drawAgain(app, SECOND_MS)
  // Who opens it waits for nothing but the keys.
  if (!ui.isWhole) drawRest(app)
  const { count } = phone.unsent()
  const isPhrase = phone.isPhrase()
  const isOff = Boolean(ui.isBusy || waits_ms)
  const typed = (/** @type {string} */ pin) => {
    if (!isPhrase && pin.length === PIN_LENGTH) open(app)
  }
  return {
    name: "unlock",
    title: t("locked_title"),
    head: waits_ms
      ? html`<p class="lead" role="alert">${t("pin_wait", { time: timeWords(waits_ms) })}</p>`
      : count
        ? html`<p class="sub">${t("kept_here", { n: count })}</p>`
        : undefined,
    body: html`<form id="unlock" autocomplete="off" @submit=${(/** @type {Event} */ event) => open(app, event)}>
        ${pinField(app, { label: t(isPhrase ? "phrase_label" : "pin_label"), isPhrase, isOff, typed })}
        ${waits_ms ? nothing : html`<p class="told" role="alert">${ui.wrong ?? nothing}</p>`}
        ${isPhrase || ui.isBusy ? html`<button class="button main" ?disabled=${isOff}>${t(ui.isBusy ? "opening" : "unlock")}</button>` : nothing}
      </form>
      <button type="button" class="row link" @click=${() => step(app, true)}>${t("pin_forgotten")}</button>
      ${ui.isWhole ? html`${sending(app)} ${carry(app)} ${languageRows(app)}` : nothing}`,
  }
}

/** @type {Screens.openIt} */
async function open(app, event) {
  event?.preventDefault()
  const { phone, ui } = app
  if (ui.isBusy || !ui.pin) return
  Object.assign(ui, { isBusy: true, wrong: undefined })
  // What is open sooner need not say that it opens.
  setTimeout(() => app.ui === ui && app.draw(), SOON_MS)
  const failed = await phone.unlock(ui.pin).then(
    () => "",
    ({ problem }) =>
      problem === "wrong_pin"
        ? t("pin_wrong")
        : problem === "too_soon"
          ? ""
          : t("problem_app_failed"),
  )
  Object.assign(ui, { isBusy: false, pin: "", wrong: failed })
  if (!failed && app.ui !== ui) return
  app.draw()
  document.getElementById("pin")?.focus()
}

/** @type {Screens.timeWords} */
function timeWords(ms) {
  const s = Math.ceil(ms / 1000)
  return s > 90 ? t("minutes", { n: Math.ceil(s / 60) }) : t("seconds", { n: s })
}

/** @type {Screens.step} */
function step(app, isForgotten) {
  Object.assign(app.ui, { isForgotten, pin: "", wrong: undefined })
  app.draw()
  document.querySelector("h1")?.focus()
}

/** Nothing that was noted is lost with the PIN; only this phone cannot show it. @type {Screens.forgotten} */
function forgotten(app) {
  const { phone } = app
  const { count, since } = phone.unsent()
  const empty = () => phone.forget("forgotten")
  return {
    name: "forgotten",
    title: t("pin_forgotten_title"),
    body: html`<p class="lead">${t("pin_forgotten_safe")}</p>
      <div class="card">
        <b>${count ? t("kept_since", { n: count, when: momentWords(since ?? 0, phone.now()) }) : t("nothing_unsent")}</b>
        <p>${t(count ? "pin_forgotten_unsent" : "pin_forgotten_sent")}</p>
      </div>
      <p class="lead">${t("pin_forgotten_next")}</p>`,
    foot: html`<button type="button" class="button main" @click=${() => step(app, false)}>${t("pin_try_again")}</button>
      <button type="button" class="button stop" @click=${empty}>${t("pin_start_over")}</button>`,
  }
}
