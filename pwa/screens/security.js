// Settings of the lock: when it locks by itself, on duty, another PIN; leaving a borrowed phone.

import { GRACE_MIN } from "../auto_lock.js"
import { clock, t } from "../text.js"
import { html, nothing } from "../vendor/lit-html.js"
import { choosing } from "./choose_pin.js"
import { radio } from "./questions.js"

const GRACES_MIN = [0, 5, 15, 60]
const DUTIES_H = [2, 4, 8, 12]
const HOUR_MS = 3600_000

/** @type {Screens.security} */
export function security(app) {
  const { phone } = app
  if (phone.isGuest()) {
    return html`<div class="card accent">
      <b>${t("guest")}</b>
      <p>${t("guest_next")}</p>
      <button type="button" class="button" @click=${phone.lock}>${t("guest_leave")}</button>
    </div>`
  }
  if (!phone.canLock) return nothing
  const grace = phone.setting("grace_min") ?? GRACE_MIN
  return html`<h2>${t("lock_title")}</h2>
    <div class="question"><button type="button" class="button" @click=${phone.lock}>${t("lock_now")}</button></div>
    <fieldset>
      <legend>${t("lock_after")}</legend>
      <div class="chips">
        ${GRACES_MIN.map((min) =>
          radio("grace", t(min ? "after_minutes" : "at_once", { n: min }), grace === min, () =>
            phone.setSetting("grace_min", min),
          ),
        )}
      </div>
    </fieldset>
    ${phone.me?.roles.includes("picket_captain") ? duty(app) : nothing}
    <a class="row link" href="/settings#pin">${t("pin_change")}</a>`
}

/** A captain's phone stays open on the line, at most half a day. @type {Screens.carry} */
function duty({ phone }) {
  const until = phone.setting("duty_until") ?? 0
  const isOn = until > Date.now()
  const begin = (/** @type {number} */ hours) =>
    phone.setSetting("duty_until", hours ? Date.now() + hours * HOUR_MS : undefined)
  return html`<div class="card ${isOn ? "accent" : ""}">
    <b>${isOn ? t("duty_until", { time: clock(until) }) : t("duty")}</b>
    <p>${t("duty_next")}</p>
    ${
      isOn
        ? html`<button type="button" class="button" @click=${() => begin(0)}>${t("duty_end")}</button>`
        : html`<div class="four">${DUTIES_H.map(
            (hours) =>
              html`<button type="button" class="button" @click=${() => begin(hours)}>${t("hours", { n: hours })}</button>`,
          )}</div>`
    }
  </div>`
}

/** @type {Screens.changePin} */
export const changePin = (app) =>
  choosing(app, {
    lead: t("pin_change_lead"),
    back: { href: "/settings", text: t("settings_title") },
    chosen: () => {
      app.go("/settings", true)
      app.say(t("pin_chosen"))
    },
  })
