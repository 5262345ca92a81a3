// What shows after one tap on the button in the corner: a clock, and no word of ours.

import { clock, t } from "../text.js"
import { html } from "../vendor/lit-html.js"
import { drawAgain } from "./paint.js"

const TICK_MS = 10_000

/** @type {Screens.hidden} */
export function hidden(app) {
  drawAgain(app, TICK_MS)
  const show = () => {
    app.isHidden = false
    app.go("/", true)
  }
  return {
    name: "hidden",
    title: t("clock_title"),
    tab: t("clock_title"),
    body: html`<p class="count">${clock(Date.now())}</p>`,
    foot: html`<button type="button" class="button" @click=${show}>${t("clock_back")}</button>`,
  }
}
