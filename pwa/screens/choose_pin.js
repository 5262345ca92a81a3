// Choose a PIN or passphrase: once, then the same once more.

import { t } from "../text.js"
import { html, nothing } from "../vendor/lit-html.js"
import { flaw, pinField } from "./pin.js"

/** A phone that joined has no PIN yet, as one from before there were any. @type {Screens.choosePin} */
export const choose_pin = (app) =>
  choosing(app, { lead: t("pin_lead_now"), chosen: () => app.say(t("pin_chosen")) })

/** `chosen` is called once the vault is shut with it. @type {Screens.choosing} */
export function choosing(app, { lead, back, chosen }) {
  const { ui } = app
  const isAgain = ui.first !== undefined
  const other = () => start(app, { isPhrase: !ui.isPhrase })
  const sort = ui.isPhrase ? "phrase" : "pin"
  return {
    name: "choose",
    title: t(isAgain ? "pin_again_title" : `${sort}_title`),
    back: isAgain ? undefined : back,
    body: html`<p class="lead">${isAgain ? t("pin_again") : ui.isPhrase ? t("phrase_lead") : lead}</p>
      <form id="choose" autocomplete="off" @submit=${(/** @type {Event} */ event) => next(app, event, chosen)}>
        ${ui.flaw ? html`<p class="card due" role="alert">${ui.flaw}</p>` : nothing}
        ${pinField(app, {
          label: t(isAgain ? `${sort}_again_label` : `${sort}_new_label`),
          isPhrase: Boolean(ui.isPhrase),
          isOff: Boolean(ui.isBusy),
        })}
      </form>
      ${isAgain ? nothing : html`<p class="card">${t(`${sort}_why`)}</p>`}
      <button type="button" class="row link" @click=${isAgain ? () => start(app, {}) : other}>
        ${t(isAgain ? "pin_another" : ui.isPhrase ? "pin_instead" : "phrase_instead")}
      </button>`,
    foot: html`<button class="button main" form="choose" ?disabled=${ui.isBusy}>
      ${t(ui.isBusy ? "pin_shutting" : isAgain ? "pin_use" : "pin_next")}</button>`,
  }
}

/** @type {Screens.startChoosing} */
function start(app, more) {
  const { isPhrase, isShown } = app.ui
  Object.assign(app.ui, { isPhrase, isShown, pin: "", first: undefined, flaw: "", ...more })
  app.draw()
  document.getElementById("pin")?.focus()
}

/** @type {Screens.nextChoosing} */
async function next(app, event, chosen) {
  event.preventDefault()
  const { ui, phone } = app
  const { pin = "", first, isPhrase } = ui
  const wrong = first === undefined ? flaw(pin, isPhrase) : first === pin ? "" : t("pin_differs")
  if (wrong || first === undefined) {
    // Who slipped once begins again: nobody knows which of the two was meant.
    return start(app, wrong ? { flaw: wrong } : { first: pin })
  }
  ui.isBusy = true
  app.draw()
  try {
    await phone.choosePin(pin)
    Object.assign(ui, { pin: "", first: undefined, isBusy: false })
    await chosen()
  } catch {
    Object.assign(ui, { isBusy: false, flaw: t("save_failed") })
    app.draw()
  }
}
