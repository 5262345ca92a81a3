// Pages of words, here without signal: what is kept about people, and help with everything else.

import { t } from "../text.js"
import { html, nothing } from "../vendor/lit-html.js"
import { home } from "./frame.js"

const PRIVACY = ["kept", "seen", "long", "rights", "limits"]
const HELP = ["round", "safe", "signal", "words", "answers", "phone", "forgot", "install", "whom"]

/** What is kept, in short: for whoever asks on the spot. The whole: docs/PRIVACY.md. @type {Screens.words} */
export const privacy = () => ({
  name: "privacy",
  title: t("privacy_title"),
  back: { href: "/settings", text: t("settings_title") },
  body: PRIVACY.map(
    (part) => html`<div class="card">
      <b>${t(`privacy_${part}_title`)}</b>
      <p>${t(`privacy_${part}`)}</p>
    </div>`,
  ),
})

/** @type {import("../types/screens").Screen} */
export const help = (app) => ({
  name: "help",
  title: t("help_title"),
  back: home(app),
  body: html`${HELP.map(
    (part) => html`<details class="card">
      <summary>${t(`help_${part}_title`)}</summary>
      <p>${t(`help_${part}`)}</p>
      ${part === "install" ? [installPicture("apple"), installPicture("android")] : nothing}
    </details>`,
  )}
  ${moreHelp(true)}`,
})

/** @type {Screens.moreHelp} */
export const moreHelp = (isHere) => html`<a class="row link" href="/practice">${t("practice")}</a>
  ${isHere ? nothing : html`<a class="row link" href="/help">${t("help_title")}</a>`}
  <a class="row link" href="/privacy">${t("privacy_title")}</a>`

/** What to tap, one after the other; the words beside it say the same. @type {Screens.installPicture} */
export const installPicture = (phone) =>
  html`<img class="picture" src="/pictures/${phone}.svg" width="336" height="176" alt="">`
