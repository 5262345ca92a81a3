// Join: one tap. A link or a code is redeemed on that tap and never by looking at it.

import { ask } from "../exchange.js"
import { spoken, t } from "../text.js"
import { html, nothing } from "../vendor/lit-html.js"
import { choosing } from "./choose_pin.js"
import { sending } from "./done.js"
import { home } from "./frame.js"
import { enter, tried, whereFrom, withPin } from "./joining.js"
import { languageRows } from "./settings.js"

/** @type {Record<string, () => Promise<Record<string, any>>>} */
const PARTS = {
  hints: () => import("./join_where.js"),
  room: () => import("./room.js"),
  scan: () => import("./scan.js"),
}
/** @type {Record<string, any>} */
const parts = {}
// What has a page of its own, with the way on; what else is wrong is told beside the field.
const PAGES = /^(link_|room_closed|declined|not_waiting)/
const CAN_ASK = ["link_used", "link_expired"]

/** @type {Screens.join} */
export function join(app) {
  const { phone, route, ui } = app
  ui.token ??= route.path === "/join" ? route.hash : ""
  if (phone.joined() && phone.lastExchange?.problem?.problem !== "not_joined") return alreadyIn(app)
  if (PAGES.test(ui.problem?.problem)) return refused(app)
  if (ui.chosen) return choosePin(app)
  const where = whereFrom()
  const isRoom = phone.setting("place") || (ui.token.startsWith("room.") && isFree(app, where))
  const part = ui.isScanning ? "scan" : isRoom ? "room" : ""
  const drawn = part && withSignal(app, part)
  if (drawn) return drawn
  const hints = withSignal(app, "hints", where)
  // It stands above the rest, which would move under the thumb when it comes.
  const isComing = !hints && !ui.hasNoHints && !ui.isHere && where !== "here"
  return {
    name: "join",
    title: t("join_title"),
    head: html`<p class="lead">${t(joinHead(app, where))}</p>`,
    body: isComing
      ? nothing
      : html`${wiped(app)} ${gone(app)} ${hints ?? nothing} ${ui.token ? nothing : linkForm(app)}
          ${ui.problem ? inForm(ui.problem) : nothing}
          ${phone.canLock && isFree(app, where) ? guest(app) : nothing} ${languageRows(app)}`,
    foot: joinFoot(app, where),
  }
}

/** What comes from the server when it is first shown, and then shows. @type {Screens.withSignal} */
function withSignal(app, part, ...more) {
  const come = (/** @type {Record<string, any>} */ module) => {
    Object.assign(parts, module)
    app.draw()
  }
  const fail = () => {
    if (app.ui.hasNoHints) return
    app.ui.hasNoHints = true
    app.draw()
  }
  if (!parts[part]) PARTS[part]?.().then(come, fail)
  return parts[part]?.(app, ...more)
}

/** Whether joining right here is what to do first, or was chosen. @type {Screens.isFree} */
const isFree = ({ ui }, where) => ui.isHere || where === "android" || where === "here"

/** @type {Screens.joinHead} */
function joinHead(app, where) {
  if (!isFree(app, where)) return where === "apple" ? "join_lead_apple" : "join_lead_inside"
  return app.ui.token ? "join_lead" : "join_no_link"
}

/** @type {Screens.joinFoot} */
function joinFoot(app, where) {
  const { ui, draw } = app
  if (ui.token && !isFree(app, where)) {
    const here = () => {
      ui.isHere = true
      draw()
    }
    return html`<button type="button" class="button" @click=${here}>${t("join_here")}</button>`
  }
  return html`<button type="button" class="button main" ?disabled=${!givenIn(ui) || ui.isJoining}
    @click=${() => redeem(app)}>${t(ui.isJoining ? "joining" : "join")}</button>`
}

/** What is wrong with what was typed, or with the way there. @type {Screens.inForm} */
function inForm({ status = 0, title, next }) {
  const isTold = title && status >= 400 && status < 500
  return html`<div class="card stop" role="alert">
    <b>${isTold ? title : t("join_failed")}</b><p>${isTold ? next : t("join_failed_next")}</p>
  </div>`
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

/** The token of a link, or what was typed of one, or a code. @type {Screens.givenIn} */
const givenIn = ({ token, typed = "" }) => token || typed.split("#").pop()

/** @type {Screens.redeem} */
function redeem(app) {
  const { ui } = app
  const given = givenIn(ui)
  if (given.includes(".")) ui.token = given
  if (given.startsWith("room.")) return app.draw()
  return withPin(app, () => tried(app, () => enter(app, given)))
}

/** What can be read was dropped; what waits is still sent. @type {Screens.carry} */
function gone(app) {
  const { phone } = app
  const why = phone.setting("gone")
  if (!why) return nothing
  return html`<div class="card due" role="status">
      <b>${t(`gone_${why}`)}</b><p>${t("gone_next")}</p>
    </div>
    ${sending(app)}`
}

/** @type {Screens.carry} */
function guest({ ui, draw }) {
  const toggle = () => {
    ui.isGuest = !ui.isGuest
    draw()
  }
  return html`<div class="question">
    <label class="choice">
      <input type="checkbox" autocomplete="off" .checked=${Boolean(ui.isGuest)} @change=${toggle}>
      <span>${t("guest_join")}</span>
    </label>
    ${ui.isGuest ? html`<p class="hint">${t("guest_why")}</p>` : nothing}
  </div>`
}

/** First the PIN: what the server then sends is shut with it at once. @type {Screens.join} */
function choosePin(app) {
  const { ui } = app
  const chosen = () => {
    const then = ui.chosen
    ui.chosen = null
    return then()
  }
  return choosing(app, { lead: t("pin_lead"), chosen })
}

/** @type {Screens.linkForm} */
function linkForm(app) {
  const { ui, draw } = app
  const type = (/** @type {Event} */ event) => {
    const { value } = /** @type {HTMLInputElement} */ (event.target)
    ui.typed = value.trim()
    ui.problem = null
    draw()
  }
  const use = (/** @type {Event} */ event) => {
    event.preventDefault()
    if (ui.typed) redeem(app)
  }
  const scan = () => {
    ui.isScanning = true
    draw()
  }
  return html`<form @submit=${use}>
    <div class="question">
      <label for="link">${t("join_link")}</label>
      <p class="hint" id="link-hint">${t("join_link_hint")}</p>
      <input id="link" type="text" autocomplete="off" autocapitalize="characters" spellcheck="false"
        aria-describedby="link-hint" @input=${type}>
    </div>
  </form>
  <div class="stack">
    <button type="button" class="button" @click=${scan}>${t("scan")}</button>
  </div>`
}

/** @type {Screens.refused} */
function refused(app) {
  const { ui } = app
  const { problem, from } = ui.problem
  const again = () => {
    Object.assign(ui, { problem: null, token: "", typed: "", isJoining: false })
    app.phone.setSetting("place", undefined)
  }
  const askAgain = async () => {
    const { problem: before } = ui
    await tried(app, async () => {
      await ask("/again", { token: ui.token }, spoken())
      ui.hasAsked = true
    })
    ui.problem ??= before
    app.draw()
  }
  const canAsk = CAN_ASK.includes(problem) && ui.token.includes(".")
  return {
    name: "join",
    title: t(`${problem}_title`),
    body: ui.hasAsked
      ? html`<p class="card accent" role="status">${t("asked_again")}</p>`
      : html`<div role="alert">
          <p class="lead">${t(`${problem}_next`)}</p>
          ${from ? html`<p class="lead">${t("ask_whom", { name: from })}</p>` : nothing}
        </div>`,
    foot: html`${
      canAsk && !ui.hasAsked
        ? html`<button type="button" class="button main" ?disabled=${ui.isJoining}
            @click=${askAgain}>${t("ask_again")}</button>`
        : nothing
    }
      <button type="button" class="button" @click=${again}>${t("other_link")}</button>`,
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
