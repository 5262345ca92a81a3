// My list: whom I talk to, what is due first, the search in the thumb's reach.

import { dateWords, daysTo, inWords, plain, t } from "../text.js"
import { html, nothing, repeat } from "../vendor/lit-html.js"
import { wanted } from "./finder.js"
import { notices } from "./frame.js"
import { foot, rowsOf } from "./list_foot.js"
import { item } from "./list_row.js"
import { myList, SECTIONS } from "./my_list.js"
import { drawRest } from "./paint.js"
import { passOnLink } from "./passing.js"
import { fullName } from "./words.js"

// Where the end of the list leads.
const WAYS = ["#mark", "add", "group", "help"]

// More than the largest phone shows at once.
const FIRST = 12

/** @type {Screens.list} */
export function list(app) {
  const fresh = app.memo("list", () => myList(app.phone))
  const rows = steady(app, fresh)
  const { ui } = app
  app.order = rows.map((row) => row.id)
  ui.marked = app.route.hash === "mark" && (ui.marked ?? new Set())
  return {
    name: "list",
    foot: rows[0] && foot(app, fresh, rows),
    ...(ui.marked
      ? {
          title: t("mark_several"),
          back: { href: "/", text: t("list_title") },
          head: html`<p class="sub">${t("mark_hint")}</p>`,
          body: found(
            app,
            rows.filter((row) => !row.views.do_not_contact),
          ),
        }
      : {
          title: t("list_title"),
          hasPill: true,
          hasGear: true,
          head: rows[0] && meters(app, fresh),
          body: html`${notices(app)} ${lost(app)} ${lineLinks(app)} ${passOnLink(app)}
            ${rows[0] ? found(app, rows) : empty(app)}`,
        }),
  }
}

/**
 * Rows never move under the thumb: the list stays as it was opened until somebody asks for what came
 * meanwhile.
 * @type {Screens.steady}
 */
function steady({ ui, phone }, { rows }) {
  const was = ui.order ?? []
  // The first download fills it as it comes.
  const isSteady = was[0] && was !== rows && !phone.progress()?.isFirst
  ui.isStale = isSteady && JSON.stringify(was) !== JSON.stringify(rows)
  if (!ui.isStale) ui.order = rows
  return ui.order
}

/** @type {Screens.meters} */
function meters({ phone }, { meters, total }) {
  return meters.map(({ campaign, talked }) => {
    const words = t("meter", { n: talked, total })
    const name = meters[1] && inWords(campaign?.name)
    const said = campaign ? [name, leftWords(campaign.ends, phone.now())] : [t("no_campaign")]
    return html`<progress max=${total || 1} .value=${talked} aria-label=${words}></progress>
      <p class="sub"><b>${words}</b>${said.filter(Boolean).map((one) => ` · ${one}`)}</p>`
  })
}

/** Until when; in the last weeks how many days. @type {Screens.leftWords} */
function leftWords(ends, now) {
  if (!ends) return ""
  const n = daysTo(ends, now)
  if (n > 14) return t("until", { day: dateWords(ends, now) })
  return n ? t("days_left", { n }) : t("last_day")
}

/** @type {Screens.found} */
function found(app, rows) {
  if (!app.ui.search?.trim()) {
    const shown = rowsOf(rows, app.filter)
    return html`${groups(app, shown[0] ? shown : rows)} ${app.ui.marked ? nothing : WAYS.map(way)}`
  }
  const isHit = wanted(app)
  const hits = rows.filter(({ person, place, site }) =>
    isHit(plain([fullName(person), person.preferred_name, place, site].join(" "))),
  )
  if (!hits[0]) return html`<p class="card">${t("not_on_list")}</p>${way("add")}`
  return group(app, t("hits", { n: hits.length }), "hits", hits)
}

/**
 * By what helps most, or by worksite. A long list begins with what a screen or two hold, and whom the
 * thumb goes to next; the rest comes a moment later. @type {Screens.groups}
 */
function groups(app, rows) {
  const { ui, next } = app
  let room = ui.isWhole ? rows.length : FIRST + rows.findIndex(({ id }) => id === next)
  if (room < rows.length) drawRest(app)
  return [...new Set(rows.map((row) => row.group))].map((name, nth) => {
    const all = rows.filter((row) => row.group === name)
    const n = all.length
    const own = all.slice(0, room)
    room -= own.length
    if (!own[0]) return nothing
    const words = SECTIONS.includes(name)
      ? t(`section_${name}`, { n })
      : `${name || t("no_site")} · ${n}`
    return group(app, words, `group-${nth}`, own)
  })
}

/** @type {Screens.rowGroup} */
const group = (app, words, id, rows) => html`<h2 id=${id}>${words}</h2>
  <ul aria-labelledby=${id}>${repeat(
    rows,
    (row) => row.id,
    (row) => item(app, row),
  )}</ul>`

/** Who moved to another go-to person while this phone was away. @type {Screens.lineLinks} */
function lost(app) {
  const { phone, order } = app
  const left = [...phone.left].filter(([id]) => !order.includes(id))
  if (!left[0]) return nothing
  const names = left.map(([, name]) => name).join(", ")
  const hear = () => {
    phone.left.clear()
    app.draw()
  }
  return html`<div class="card">
    <p>${t("lost", { n: left.length, names })}</p>
    <button type="button" class="button" @click=${hear}>${t("understood")}</button>
  </div>`
}

/** @type {Screens.lineLinks} */
function lineLinks({ phone }) {
  return phone.all("picket_line").map(
    ({ id, name }) => html`<a class="row card accent" href="/line/${id}"
      ><span class="who"><b>${name}</b><small>${t("your_line")}</small></span>›</a
    >`,
  )
}

/** @type {Screens.way} */
const way = (path) =>
  html`<a class="row link" href="/${path}">${t(`way_${path.replace("#", "")}`)}</a>`

/** @type {Screens.carry} */
const empty = ({ phone }) =>
  phone.progress()?.isFirst
    ? nothing
    : html`<div class="card">
        <b>${t("empty_title")}</b>
        <p>${t("empty_next")}</p>
        <a class="button" href="/practice">${t("practice_try")}</a>
      </div>`
