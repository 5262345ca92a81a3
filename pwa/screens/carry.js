// Work goes on foot where there is no signal: out as a file, and in from somebody else's.

import { dayOf, t } from "../text.js"
import { html } from "../vendor/lit-html.js"

const MAX_BYTES = 10_000_000

/** @type {Screens.carry} */
export function carry(app) {
  const { phone, ui } = app
  const others = phone.carrying()
  const pick = (/** @type {any} */ { currentTarget }) => currentTarget.nextElementSibling.click()
  return html`<div class="card">
    <b>${t("carry")}</b>
    <p>${t("carry_next")}</p>
    <button type="button" class="button" ?disabled=${!others && !phone.unsent().count}
      @click=${() => saveFile(app)}>${t("carry_out")}</button>
    <button type="button" class="button" @click=${pick}>${t("carry_in")}</button>
    <input type="file" hidden @change=${(/** @type {Event} */ event) => takeFile(app, event)}>
    <p role="status">${ui.carry ?? (others ? t("carrying", { n: others }) : "")}</p>
  </div>`
}

/** @type {Screens.saveFile} */
function saveFile({ phone, ui, draw }) {
  const file = new Blob([phone.unsentFile()], { type: "application/json" })
  const name = `rounds-${dayOf(phone.now())}.json`
  const link = { href: URL.createObjectURL(file), download: name }
  Object.assign(document.createElement("a"), link).click()
  ui.carry = t("carry_out_done", { name })
  draw()
}

/** @type {Screens.takeFile} */
async function takeFile({ phone, ui, draw }, event) {
  const input = /** @type {HTMLInputElement} */ (event.target)
  const file = input.files?.[0]
  try {
    const n = await phone.carry(file && file.size < MAX_BYTES ? await file.text() : "")
    ui.carry = n ? t("carry_in_done", { n }) : t("carry_in_none")
  } catch {
    ui.carry = t("carry_in_failed")
  }
  // So that the same file can be chosen again.
  input.value = ""
  draw()
}
