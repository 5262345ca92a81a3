// Settings: language, light or dark, what is safe, which version, who I am.

import { LANGUAGES, momentWords, spoken, t } from "../text.js"
import { html, live, nothing } from "../vendor/lit-html.js"
import { carry } from "./carry.js"
import { problemWords, sending } from "./done.js"
import { home } from "./frame.js"
import { moreHelp } from "./privacy.js"
import { radio } from "./questions.js"
import { changePin, security } from "./security.js"

const THEMES = ["theme_system", "theme_light", "theme_dark"]
const SIZES = ["size_normal", "size_large", "size_largest"]

/** @type {Screens.settings} */
export function settings(app) {
  const { phone } = app
  if (app.route.hash === "pin") return changePin(app)
  return {
    name: "settings",
    title: t("settings_title"),
    back: home(app),
    body: html`${newVersion(app)} ${languageRows(app)}
      ${chips(app, "size", SIZES)} ${chips(app, "theme", THEMES)}
      <fieldset>
        <legend>${t("when_saved")}</legend>
        <div class="chips">${["buzz", "tick"].map((one) => check(app, one))}</div>
      </fieldset>
      ${security(app)}
      <h2>${t("on_this_phone")}</h2>
      ${sending(app)} ${carry(app)} ${storage(app)}
      <dl class="facts">
        <dt>${t("i_am")}</dt>
        <dd>${phone.me?.name}<br>${(phone.me?.roles ?? []).map((role) => t(`role_${role}`)).join(", ")}</dd>
        <dt>${t("last_contact")}</dt>
        <dd>${lastContact(app)}</dd>
        ${app.version ? html`<dt>${t("version")}</dt><dd>${app.version}</dd>` : nothing}
      </dl>
      <button type="button" class="row link" @click=${() => lookNow(app)}>${t("look_now")}</button>
      ${moreHelp()}`,
  }
}

/** One of several, as `keys` call them; the first until another is chosen. @type {Screens.chips} */
function chips({ phone }, name, keys) {
  const chosen = `${name}_${phone.setting(name)}`
  return html`<fieldset>
    <legend>${t(name)}</legend>
    <div class="chips">
      ${keys.map((key, at) =>
        radio(name, t(key), chosen === key || (!at && !keys.includes(chosen)), () =>
          phone.setSetting(name, key.slice(name.length + 1)),
        ),
      )}
    </div>
  </fieldset>`
}

/** Off until it is chosen. @type {Screens.checkbox} */
function check({ phone }, name) {
  const isOn = Boolean(phone.setting(name))
  return html`<label class="choice">
    <input type="checkbox" .checked=${live(isOn)} @change=${() => phone.setSetting(name, !isOn)}>
    <span>${t(name)}</span>
  </label>`
}

/** @type {Screens.languageRows} */
export function languageRows({ phone }) {
  return html`<fieldset>
    <legend>${t("language")}</legend>
    <div class="chips">
      ${LANGUAGES.map((code) =>
        radio("language", NAMES[code], spoken() === code, () => phone.setSetting("language", code)),
      )}
    </div>
  </fieldset>`
}

const NAMES = { en: "English", fr: "Français" }

/** @type {Screens.lastContact} */
function lastContact({ phone }) {
  const last = phone.lastExchange
  if (!last) return t("never")
  return `${momentWords(last.at, phone.now())}${last.ok ? "" : ` · ${problemWords(last.problem)}`}`
}

/** @type {Screens.storage} */
function storage(app) {
  const { phone, ui } = app
  if (ui.isProtected === undefined) {
    ui.isProtected = null
    navigator.storage?.persisted?.().then((isProtected) => tell(app, isProtected))
  }
  const protect = async () => tell(app, await phone.protect())
  return html`<div class="card ${ui.isProtected === false ? "due" : ""}">
    <b>${ui.isProtected ? html`✓ ${t("protected")}` : t("unprotected")}</b>
    <p>${t(ui.isProtected ? "protected_next" : "unprotected_next")}</p>
    ${
      ui.isProtected
        ? nothing
        : html`<button type="button" class="button" @click=${protect}>${t("protect")}</button>`
    }
  </div>`
}

/** @type {Screens.tell} */
function tell(app, isProtected) {
  app.ui.isProtected = isProtected
  app.draw()
}

/** Ask for a new version now; one that is found is offered above. @type {Screens.lookNow} */
async function lookNow({ say }) {
  const registration = await navigator.serviceWorker?.getRegistration()
  const found = await registration?.update().catch(() => {})
  say(
    t(
      !found
        ? "problem_no_network"
        : (found.installing ?? found.waiting)
          ? "new_version"
          : "newest",
    ),
  )
}

/** Never while a talk is half noted. @type {Screens.newVersion} */
function newVersion({ phone, update }) {
  if (!update) return nothing
  const isFree = phone.drafts().every((key) => key.startsWith("reach/"))
  return html`<div class="card accent">
    <b>${t("new_version")}</b>
    <p>${t(isFree ? "new_version_next" : "new_version_wait")}</p>
    <button type="button" class="button" ?disabled=${!isFree} @click=${update}>${t("use_now")}</button>
  </div>`
}
