// Where the joining page is open, and what has to be done there before joining.

import "../main.js"
import { ask } from "../exchange.js"
import { spoken, t } from "../text.js"
import { html, nothing } from "../vendor/lit-html.js"
import { tried } from "./joining.js"
import { installPicture } from "./privacy.js"

/** @type {Screens.hints} */
export function hints(app, where) {
  const { ui } = app
  if (ui.isPrivate === undefined) lookForPrivate(app)
  const privately = ui.isPrivate
    ? html`<p class="card due"><b>${t("private")}</b>${t("private_next")}</p>`
    : nothing
  if (ui.isHere || where === "here") return privately
  if (where === "android") return html`${privately} ${android(app)}`
  if (where === "apple") return html`${privately} ${appleSteps(app)}`
  return html`<ol class="steps">
      <li>${picture(MENU)}<span>${t("inside_menu")}</span></li>
      <li>${picture(OUT)}<span>${t("inside_open")}</span></li>
    </ol>
    <div class="stack">${copyButton(app)}</div>`
}

/** The home screen first: what is joined here would not be there. @type {Screens.appleSteps} */
function appleSteps(app) {
  const { ui } = app
  const isRoom = ui.token.startsWith("room.")
  return html`${installPicture("apple")}
    <ol class="steps">
      <li>${picture(SHARE)}<span>${t("apple_share")}</span></li>
      <li>${picture(PLUS)}<span>${t("apple_add")}</span></li>
      <li>${picture(APP)}<span>${t(isRoom ? "apple_open_room" : "apple_open")}</span></li>
    </ol>
    ${
      ui.code
        ? html`<div class="card accent" role="status">
            <p class="code">${ui.code}</p><p>${t("code_lasts")}</p>
          </div>`
        : nothing
    }
    ${
      ui.token && !isRoom
        ? html`<div class="stack"><button type="button" class="button main" ?disabled=${ui.isJoining}
            @click=${() => getCode(app)}>${t(ui.code ? "code_another" : "code_get")}</button></div>`
        : nothing
    }`
}

/** @type {Screens.getCode} */
const getCode = (app) =>
  tried(app, async () => {
    const { code } = await ask("/code", { token: app.ui.token }, spoken())
    app.ui.code = code
  })

/** @type {Screens.carry} on Android the browser's storage is the app's too: it only goes better */
function android(app) {
  const install = async () => {
    await app.install.prompt()
    app.install = null
    app.draw()
  }
  return html`<div class="card">
    <b>${t("android")}</b><p>${t(app.install ? "android_next" : "android_menu")}</p>
    ${app.install ? nothing : installPicture("android")}
    ${
      app.install
        ? html`<button type="button" class="button" @click=${install}>${t("android_install")}</button>`
        : nothing
    }
  </div>`
}

/** @type {Screens.carry} */
function copyButton({ ui, draw }) {
  const copy = async () => {
    await navigator.clipboard?.writeText(location.href)
    ui.isCopied = true
    draw()
  }
  return html`<button type="button" class="button main" @click=${copy}>
    ${t(ui.isCopied ? "link_copied" : "copy_link")}
  </button>`
}

/** Private windows keep nothing; Safari and Firefox give them no files of their own. @type {Screens.lookForPrivate} */
async function lookForPrivate({ ui, draw }) {
  ui.isPrivate = false
  const directory = navigator.storage?.getDirectory?.bind(navigator.storage)
  await directory?.().catch(() => {
    ui.isPrivate = true
    draw()
  })
}

// Drawn by us, after what the phone shows: share, a plus in a square, our icon, a menu, out of it.
const SHARE = "M12 15V3m-4 4 4-4 4 4M7 10H5v11h14V10h-2"
const PLUS = "M5 4h14v16H5zM12 8v8m-4-4h8"
const APP = "M6 3h12a2 2 0 0 1 2 2v14a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2zM8 12l3 3 5-6"
const MENU = "M12 5v.01M12 12v.01M12 19v.01"
const OUT = "M10 5H5v14h14v-5M14 4h6v6m0-6-9 9"

const picture = (/** @type {string} */ path) =>
  html`<svg viewBox="0 0 24 24" aria-hidden="true"><path d=${path} /></svg>`
