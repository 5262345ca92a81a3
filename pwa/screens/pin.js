// The field for a PIN or a passphrase: large keys for a cold thumb, and nothing a browser keeps.

import { t } from "../text.js"
import { html, live, nothing } from "../vendor/lit-html.js"

export const PIN_LENGTH = 6
const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9"]

/**
 * `typed` is called with all there is after each change. The input is no password: browsers would
 * offer to keep that, and send it to their maker. @type {Screens.pinField}
 */
export function pinField(app, { label, isPhrase, isOff, typed }) {
  const { ui } = app
  const pin = ui.pin ?? ""
  const type = (/** @type {string} */ text) => {
    ui.pin = isPhrase ? text : text.replace(/\D/g, "").slice(0, PIN_LENGTH)
    app.draw()
    typed?.(ui.pin)
  }
  const input = (/** @type {Event} */ event) =>
    type(/** @type {HTMLInputElement} */ (event.target).value)
  const show = () => {
    ui.isShown = !ui.isShown
    app.draw()
  }
  return html`<div class="question pin">
      <label for="pin">${label}</label>
      <input id="pin" type="text" class=${ui.isShown ? "" : "secret"} inputmode=${isPhrase ? nothing : "none"}
        autocomplete="off" autocapitalize="off" autocorrect="off" spellcheck="false"
        ?disabled=${isOff} .value=${live(pin)} @input=${input}>
    </div>
    ${
      isPhrase
        ? html`<button type="button" class="button" aria-pressed=${String(Boolean(ui.isShown))} @click=${show}>
            ${t(ui.isShown ? "pin_hide" : "pin_show")}</button>`
        : html`<div class="keypad">
            ${KEYS.map((key) => digit(key, isOff, () => type(pin + key)))}
            <button type="button" class="button" aria-pressed=${String(Boolean(ui.isShown))} @click=${show}>
              ${t(ui.isShown ? "pin_hide" : "pin_show")}</button>
            ${digit("0", isOff, () => type(`${pin}0`))}
            <button type="button" class="button" aria-label=${t("pin_delete")} ?disabled=${isOff}
              @click=${() => type(pin.slice(0, -1))}>⌫</button>
          </div>`
    }`
}

/** @type {Screens.digit} */
const digit = (key, isOff, press) =>
  html`<button type="button" class="button" ?disabled=${isOff} @click=${press}>${key}</button>`

/** What is wrong with a new PIN or passphrase, in words; empty when it will do. @type {Screens.flaw} */
export function flaw(pin, isPhrase) {
  if (isPhrase) return [...pin].length < 10 ? t("phrase_short") : ""
  if (!/^\d{6}$/.test(pin)) return t("pin_short")
  const steps = new Set([...pin].slice(1).map((digit, at) => Number(digit) - Number(pin[at])))
  const isEasy = steps.size === 1 && [-1, 0, 1].includes([...steps][0] ?? 9)
  return isEasy ? t("pin_easy") : ""
}
