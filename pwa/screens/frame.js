// What every screen stands in: its name, the way back, what is unsent, the toast, the foot.

import { dayOf, dayWords, t } from "../text.js"
import { html, nothing, render } from "../vendor/lit-html.js"

const MANY = 20
const CALM_MS = 24 * 3600 * 1000

/** @type {Screens.drawFrame} */
export function drawFrame(app, view, toast) {
  // Browsers write titles into their history: no name may stand there.
  document.title = view.tab ?? `${view.title} · Rounds`
  render(
    html`<main class=${view.name}>
      ${app.phone?.canLock && app.phone.lockState() === "open" ? hideButton(app) : nothing}
      <header class="top">
        ${
          view.back
            ? html`<div class="way">
              <a class="back" href=${view.back.href}>‹ ${view.back.text}</a>${view.wayAside ?? nothing}
            </div>`
            : nothing
        }
        <div class="title">
          <h1 tabindex="-1">${view.title}</h1>
          ${view.hasPill ? pill(app) : nothing} ${view.hasGear ? gear() : nothing}
        </div>
        ${view.head ?? nothing}
      </header>
      <div class="body">${view.body}</div>
      <div class="bottom">
        ${app.phone?.lockState() === "open" ? work(app) : nothing}
        <div class="toast ${toast ? "shown" : ""}">
          <p role="status">${(!toast?.isProblem && toast?.text) || nothing}</p>
          ${toast?.isProblem ? html`<p role="alert">${toast.text}</p>` : nothing}
          ${toast?.undo ? undoButton(app, toast.undo) : nothing}
        </div>
        ${view.foot ? html`<div class="foot">${view.foot}</div>` : nothing}
      </div>
    </main>`,
    document.body,
  )
}

/**
 * Long work, how far it is: the first download, or sending much. At the bottom, where it moves no
 * row, and said without haste. @type {Screens.carry}
 */
function work({ phone }) {
  const { of = 0, isFirst = false } = phone.progress() ?? {}
  const n = of - phone.unsent().count
  const isMany = of > MANY && n < of
  const words = isMany
    ? t("sending_some", { n, total: of })
    : isFirst
      ? t("fetching", { n: phone.all("person").length })
      : ""
  return html`<div class=${words ? "work" : ""}>
    <p role="status">${words}</p>
    ${words ? html`<progress max=${of || 1} value=${isMany ? n : nothing} aria-label=${words}></progress>` : nothing}
  </div>`
}

/** Always in reach. @type {Screens.carry} */
const hideButton = (
  app,
) => html`<button type="button" class="hide" aria-label=${t("hide")} @click=${app.hide}>
  <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M2 12c5-7 15-7 20 0c-5 7-15 7-20 0M4 20L20 4" /></svg>
</button>`

/** Where "/" leads: my list, or the lines of a captain without one. @type {Screens.home} */
export function home({ phone }) {
  const isLines = !phone.all("assignment").length && phone.all("picket_line").length
  return { href: "/", text: t(isLines ? "lines_title" : "list_title") }
}

/** Nobody, or nothing, that this phone may show. @type {Screens.notHere} */
export const notHere = (next = t("not_here_next")) => ({
  name: "person",
  title: t("not_here"),
  back: { href: "/", text: t("list_title") },
  body: html`<p class="lead">${next}</p>`,
})

const gear = () =>
  html`<a class="gear" href="/settings" aria-label=${t("settings_title")}>⚙\uFE0E</a>`

/** @type {Screens.undoButton} */
function undoButton(app, save) {
  return html`<button type="button" @click=${() => undo(app, save)}>${t("undo")}</button>`
}

/** Take own saves back, and say so. @type {Screens.undo} */
export async function undo(app, saves) {
  await app.phone.undo(...[saves].flat())
  const { restore } = app
  if (restore && restore.save === [saves].flat()[0])
    await app.phone.keepDraft(restore.key, restore.draft)
  app.ui.order = null
  app.say(t("undone"))
  if (document.activeElement === document.body) document.querySelector("h1")?.focus()
}

/** How much waits on this phone; always there, calm for a day. @type {Screens.pill} */
function pill(app) {
  const { count } = app.phone.unsent()
  const text = count ? t("kept_here", { n: count }) : t("all_sent")
  const isLate = lateSince(app)
  return html`<a class="pill ${isLate ? "due" : ""}" href="/done">${isLate ? "⚠ " : ""}${text}</a>`
}

/** Since when work waits, once that is longer than a day; else null. @type {Screens.lateSince} */
export function lateSince(app) {
  const { since } = app.phone.unsent()
  return since !== null && app.phone.now() - since > CALM_MS ? since : null
}

/**
 * What to know about own work: this phone has to join again, it waits for more than a day, or a
 * coordinator looks at it.
 * @type {Screens.notices}
 */
export function notices(app) {
  const since = lateSince(app)
  const held = app.memo("held", () => app.phone.attention().length)
  const isOut = app.phone.lastExchange?.problem?.problem === "not_joined"
  // Signal alone does not help a phone that has to join again.
  const day = !since || isOut ? "" : dayWords(dayOf(since), app.phone.now())
  return html`${isOut ? html`<p class="card due">${t("problem_not_joined")}</p>` : nothing}
    ${day ? html`<p class="card due"><b>${t("late", { day })}</b>${t("late_next")}</p>` : nothing}
    ${app.phone.draft("group") ? html`<p class="card"><a href="/group">${t("group_begun")}</a></p>` : nothing}
    ${held ? html`<p class="card"><a href="/done">${t("held_some", { n: held })}</a></p>` : nothing}`
}
