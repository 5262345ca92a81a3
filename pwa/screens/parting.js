// After parting: the way to the page where somebody trained notes how strong support is.

import { t } from "../text.js"
import { html, nothing } from "../vendor/lit-html.js"
import { filled } from "./saving.js"
import { firstName } from "./words.js"

/** Where the union turned it on, and for the roles it trained. @type {Screens.mayAssess} */
export function mayAssess({ phone }) {
  const use = phone.get("in_use", "assessment")
  const trained = filled(use?.trained ?? {})
  const isChosen = Object.values(trained).includes(true)
  const may = isChosen
    ? (/** @type {string} */ role) => trained[role] === true
    : (/** @type {string} */ role) => phone.kinds.assessment?.write.includes(role)
  return use?.on === true && (phone.me?.roles ?? []).some(may)
}

/** Of whom I just talked with. @type {Screens.carry} */
export function parting(app) {
  const { parted } = app
  if (!parted || !mayAssess(app)) return nothing
  const name = firstName(app.phone.get("person", parted))
  return html`<a class="button" href="/assess/${parted}">${t("assess", { name })}</a>`
}
