// Join: one tap. The link is redeemed on that tap and never by looking at it.

import { spoken, t } from "../text.js"
import { html, nothing } from "../vendor/lit-html.js"
import { home } from "./frame.js"
import { languageRows } from "./settings.js"

const PAGES = ["link_used", "link_expired", "link_unknown"]

/** @type {Screens.join} */
export function join(app) {
  const { phone, route, ui } = app
  ui.token ??= route.path === "/join" ? route.hash : ""
  if (phone.joined() && phone.lastExchange?.problem?.problem !== "not_joined") return alreadyIn(app)
  if (PAGES.includes(ui.problem?.problem)) return refused(app)
  return {
    name: "join",
    title: t("join_title"),
    head: html`<p class="lead">${t(ui.token ? "join_lead" : "join_no_link")}</p>`,
    body: html`${wiped(app)} ${hints()} ${ui.token ? nothing : linkForm(app)}
      ${
        ui.problem
          ? html`<div class="card stop" role="alert"><b>${t("join_failed")}</b><p>${t("join_failed_next")}</p></div>`
          : nothing
      }
      ${languageRows(app)}`,
    foot: html`<button type="button" class="button main" ?disabled=${!ui.token || ui.isJoining}
      @click=${() => redeem(app)}>${t(ui.isJoining ? "joining" : "join")}</button>`,
  }
}

/** @type {Screens.carry} what became of a phone that was signed out */
function wiped({ phone }) {
  const n = phone.unsent().count
  return phone.setting("wiped")
    ? html`<div class="card due" role="status">
        <b>${t("wiped")}</b><p>${n ? t("wiped_rest", { n }) : t("wiped_next")}</p>
      </div>`
    : nothing
}

/** @type {Screens.redeem} */
async function redeem(app) {
  const { phone, ui } = app
  ui.isJoining = true
  ui.problem = null
  app.draw()
  try {
    // Whoever reads this page reads it in this language, whatever the list of volunteers says.
    const language = spoken()
    await phone.join(ui.token)
    await phone.setSetting("language", language)
    await phone.protect()
    app.go("/", true)
    app.say(t("joined", { name: phone.me?.name }))
  } catch (problem) {
    Object.assign(ui, { isJoining: false, problem })
    app.draw()
  }
}

/** @type {Screens.linkForm} */
function linkForm({ ui, draw }) {
  const type = (/** @type {Event} */ event) => {
    const { value } = /** @type {HTMLInputElement} */ (event.target)
    ui.token = value.trim().split("#").pop()
    draw()
  }
  return html`<form @submit=${(/** @type {Event} */ event) => event.preventDefault()}>
    <div class="question">
      <label for="link">${t("join_link")}</label>
      <input id="link" type="text" autocomplete="off" autocapitalize="off" spellcheck="false" @input=${type}>
    </div>
  </form>`
}

/** What has to be done before joining, where that matters. */
function hints() {
  const { userAgent } = navigator
  const isApple = /iPhone|iPad/.test(userAgent)
  const isInstalled = matchMedia("(display-mode: standalone)").matches
  if (/FBA[NV]|Instagram|; wv\)|Snapchat|TikTok/.test(userAgent)) {
    return html`<p class="card due"><b>${t("in_app")}</b>${t("in_app_next")}</p>`
  }
  if (!isApple || isInstalled) return nothing
  return html`<div class="card due">
    <b>${t("iphone")}</b>
    <p>${t("iphone_next")}</p>
    <button type="button" class="button" @click=${copyLink}>${t("copy_link")}</button>
  </div>`
}

const copyLink = () => navigator.clipboard?.writeText(location.href)

/** @type {Screens.refused} */
function refused({ ui, draw }) {
  const { problem } = ui.problem
  const again = () => {
    Object.assign(ui, { problem: null, token: "", isJoining: false })
    draw()
  }
  return {
    name: "join",
    title: t(`${problem}_title`),
    body: html`<div role="alert"><p class="lead">${t(`${problem}_next`)}</p></div>`,
    foot: html`<button type="button" class="button" @click=${again}>${t("other_link")}</button>`,
  }
}

/** @type {Screens.alreadyIn} */
function alreadyIn(app) {
  return {
    name: "join",
    title: t("in_already"),
    body: html`<p class="lead">${t("in_already_next", { name: app.phone.me?.name })}</p>`,
    foot: html`<a class="button main" href="/">${home(app).text}</a>`,
  }
}
