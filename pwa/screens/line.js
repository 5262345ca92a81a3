// A picket line: how many are here, and one tap on a row for in or out.

import { pair } from "../sync/hours.js"
import { byName, clock, plain, t } from "../text.js"
import { html, nothing } from "../vendor/lit-html.js"
import { finder, wanted } from "./finder.js"
import { notices } from "./frame.js"
import { drawRest } from "./paint.js"
import { keep } from "./saving.js"
import { fullName } from "./words.js"

/** @import {Card} from "../types/screens" */

const TWICE_MS = 1500
const AT_ONCE = 40
const FOUND = 12

/** `only` the captain's one line, shown at "/" @type {Screens.line} */
export function line(app, only) {
  const { phone } = app
  const id = only ?? app.route.id
  const found = phone.get("picket_line", id)
  const back = only ? undefined : { href: "/", text: t("back") }
  if (!found)
    return {
      name: "line",
      title: t("no_line"),
      back,
      body: html`<p class="lead">${t("no_line_next")}</p>`,
    }
  const cards = cardsOf(app, found)
  const here = app.memo(`here ${id}`, () => hereOf(app, id, cards))
  return {
    name: "line",
    title: found.name ?? "",
    tab: "Rounds",
    back,
    hasPill: true,
    hasGear: Boolean(only),
    head: html`<div class="now">
      <span class="count">${here.size}</span>
      <p><b>${t("here_now")}</b>
        ${found.shift_ends ? html`<small>${t("shift_ends", { time: clock(found.shift_ends) })}</small>` : nothing}
      </p>
    </div>`,
    body: html`${notices(app)}
      ${
        cards.length
          ? html`<h2 id="cards">${t("tap_a_row")}</h2>${rows(app, id, cards, here)}`
          : html`<p class="card">${t("no_cards")}</p>`
      }`,
    foot: finder(app, "find_card", "name_or_number", filter(app, here)),
  }
}

/**
 * Name cards in the telephone book's order, which never changes under the thumb.
 * @type {Screens.cardsOf}
 */
function cardsOf({ phone, ui }, found) {
  const people = phone.all("person")
  if (ui.people === people) return ui.cards
  const compare = byName()
  ui.people = people
  ui.cards = people
    .filter(({ worksite }) => !worksite || found.expects?.[worksite])
    .map((person) => {
      const name = fullName(person)
      const number = person.number_end ?? ""
      return { id: person.id, name, number, text: `${plain(name)} ${number}` }
    })
    .sort((a, b) => compare(a.name, b.name) || (a.id < b.id ? -1 : 1))
  return ui.cards
}

/** Who is on the line now, and since when. @type {Screens.hereOf} */
function hereOf({ phone }, id, cards) {
  const found = phone.all("check_event").filter((event) => event.line === id && event.person)
  const events = found.map(({ id, person, way, when }) => ({ id, person, way, at: when }))
  const paired = pair(events, phone.now())
  const open = cards.flatMap((card) => {
    const last = paired.get(card.id)?.sessions.at(-1)
    return last?.flags.includes("open")
      ? [/** @type {[string, number]} */ ([card.id, last.starts])]
      : []
  })
  return new Map(open)
}

/** @type {Screens.filter} */
function filter({ ui, draw }, here) {
  const toggle = () => {
    ui.only = ui.only ? null : new Set(here.keys())
    draw()
  }
  return html`<button type="button" class="small" aria-pressed=${ui.only ? "true" : "false"} @click=${toggle}>
    <span class=${ui.only ? "" : "off"} aria-hidden="true">✓</span>&nbsp;${t("only_here")}
  </button>`
}

/** @type {Screens.rows} */
function rows(app, id, cards, here) {
  const { ui } = app
  const isHit = wanted(app)
  const hits = cards.filter((card) => (!ui.only || ui.only.has(card.id)) && isHit(card.text))
  // What is typed is answered at once, also when it is wiped out.
  if (ui.search) ui.isWhole = false
  else if (!ui.isWhole) drawRest(app)
  const some = hits.slice(0, ui.limit ?? (ui.isWhole ? AT_ONCE : FOUND))
  const more = () => {
    ui.limit = some.length + AT_ONCE
    app.draw()
  }
  const rowOf = (/** @type {Card} */ card) => row(app, id, card, here.get(card.id))
  const rest = some.slice(FOUND)
  // While somebody types, rows change their words instead of their places: that is quicker. What
  // lies beyond the screen goes as one.
  return html`<ul aria-labelledby="cards">
      ${some.slice(0, FOUND).map(rowOf)}${rest[0] ? html`${rest.map(rowOf)}` : nothing}
    </ul>
    ${hits.length ? nothing : html`<p class="card">${t("nobody_found")}</p>`}
    ${
      hits.length > some.length
        ? html`<button type="button" class="row link" @click=${more}>${t("more", { n: hits.length - some.length })}</button>`
        : nothing
    }`
}

/** @type {Screens.row} */
function row(app, id, card, starts) {
  const words = starts ? t("here_since", { time: clock(starts) }) : card.number && `…${card.number}`
  const tap = (/** @type {Event} */ event) =>
    check(app, id, card, starts ? "out" : "in", event.timeStamp)
  return html`<li><button type="button" class="row ${starts ? "here" : ""}" @click=${tap}>
    <span class="who"><b>${card.name}</b><small>${words}</small></span>
    <span class="tag ${starts ? "done" : ""}">${starts ? html`✓ ${t("here")}` : t("tap_in")}</span>
  </button></li>`
}

/** One tap, one event; a glove that taps twice is heard once. `tapped` ms @type {Screens.check} */
async function check(app, line, card, way, tapped) {
  const { phone, ui } = app
  ui.tapped ??= new Map()
  if (tapped - (ui.tapped.get(card.id) ?? -TWICE_MS) < TWICE_MS) return
  ui.tapped.set(card.id, tapped)
  const when = phone.now()
  const set = { line, person: card.id, way, when }
  const save = await keep(app, [{ kind: "check_event", record: phone.newId(), set }])
  if (save) app.say(t(`checked_${way}`, { name: card.name, time: clock(when) }), save.id)
}
