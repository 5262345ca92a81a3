// My list: whom I talk to, what is due first, the search in the thumb's reach.

import { dateWords, dayOf, dayWords, plain, t } from "../text.js"
import { html, live, nothing, repeat } from "../vendor/lit-html.js"
import { askWords } from "./asked.js"
import { notices } from "./frame.js"
import { myList, SECTIONS } from "./my_list.js"
import { parting } from "./parting.js"
import { passOnLink } from "./passing.js"
import { fullName, resultWords, shiftWords } from "./words.js"

/** @type {Screens.list} */
export function list(app) {
  const fresh = app.memo("list", () => myList(app.phone))
  const rows = steady(app, fresh)
  app.order = rows.map((row) => row.id)
  return {
    name: "list",
    title: t("list_title"),
    hasPill: true,
    hasGear: true,
    head: rows.length ? meter(app, fresh) : nothing,
    body: html`${notices(app)} ${lineLinks(app)} ${passOnLink(app)} ${rows.length ? found(app, rows) : empty(app)}
      ${rows.length ? nothing : html`<a class="row link" href="/practice">${t("practice")}</a>`}
      <a class="row link" href="/help">${t("help_title")}</a>`,
    foot: rows.length ? foot(app, fresh) : undefined,
  }
}

/**
 * Rows never move under the thumb: what arrives meanwhile changes words at once and places only when asked to.
 * @type {Screens.steady}
 */
function steady({ ui, phone }, fresh) {
  if (!ui.order?.length || phone.progress()?.isFirst)
    ui.order = fresh.rows.map(({ id, section }) => ({ id, section }))
  const byId = new Map(fresh.rows.map((row) => [row.id, row]))
  const rows = ui.order.flatMap((/** @type {{id: string, section: string}} */ { id, section }) => {
    const row = byId.get(id)
    return row ? [{ ...row, section }] : []
  })
  ui.isStale = places(rows) !== places(fresh.rows)
  return rows
}

/** @type {Screens.places} */
const places = (rows) => rows.map((row) => row.section + row.id).join()

/** @type {Screens.meter} */
function meter(app, { campaign, talked, total }) {
  const ends = campaign?.ends
  const until = ends ? ` · ${t("until", { day: dateWords(ends, app.phone.now()) })}` : ""
  const words = t("meter", { n: talked, total })
  return html`<progress max=${total || 1} .value=${talked} aria-label=${words}></progress>
    <p class="sub"><b>${words}</b>${campaign ? until : ` · ${t("no_campaign")}`}</p>`
}

/** @type {Screens.found} */
function found(app, rows) {
  const words = plain(app.ui.search ?? "").split(" ")
  if (!app.ui.search?.trim()) return sections(app, rows)
  const names = app.memo("plain", () => new Map(rows.map((row) => [row.id, searchText(row)])))
  const hits = rows.filter(({ id }) => words.every((word) => names.get(id)?.includes(word)))
  return html`<h2 id="hits">${t("hits", { n: hits.length })}</h2>
    <ul aria-labelledby="hits">${repeat(
      hits,
      ({ id }) => id,
      (row) => item(app, row),
    )}</ul>`
}

/** @type {Screens.searchText} */
const searchText = ({ person, place }) =>
  plain([person.name, person.preferred_name, place].join(" "))

/** @type {Screens.sections} */
function sections(app, rows) {
  return SECTIONS.map((section) => {
    const own = rows.filter((row) => row.section === section)
    if (!own.length) return nothing
    return html`<h2 id=${section}>${t(`section_${section}`, { n: own.length })}</h2>
      <ul aria-labelledby=${section}>${repeat(
        own,
        ({ id }) => id,
        (row) => item(app, row),
      )}</ul>`
  })
}

/** @type {Screens.listItem} */
function item(app, row) {
  const { id, person } = row
  const where = [row.place, shiftWords(person)].filter(Boolean).join(" · ")
  const isNext = app.next === id
  return html`<li>
    <a class="row ${isNext ? "next" : ""}" href="/person/${id}" ?data-next=${isNext}>
      <span class="who"><b>${fullName(person)}</b>
        ${where ? html`<small>${where}</small>` : nothing}
        ${row.due.map((one) => html`<small class="due">${one.asks ? askWords(one) : one.text}</small>`)}
        ${lastWords(app, row)}</span>
      ${tag(row, isNext, isUnfinished(app.phone, id))}
    </a>
  </li>`
}

/** A note was begun, or a call made of which nothing is noted. @type {Screens.isUnfinished} */
const isUnfinished = (phone, id) => phone.draft(`talk/${id}`) ?? phone.draft(`reach/${id}`)

/** @type {Screens.lastWords} */
function lastWords(app, { last, section }) {
  if (section === "do_not_contact") return html`<small class="stop">⊘ ${t("leave")}</small>`
  if (!last) return nothing
  const day = dayWords(dayOf(last.when), app.phone.now())
  const words = t("last", { result: resultWords(last), day })
  return section === "talked"
    ? html`<small class="done">✓ ${words}</small>`
    : html`<small>${words}</small>`
}

/** @type {Screens.tag} */
function tag({ isNew }, isNext, isDraft) {
  if (isDraft) return html`<span class="tag due">${t("unfinished")}</span>`
  if (isNext) return html`<span class="tag new">${t("next")}</span>`
  if (isNew) return html`<span class="tag new">${t("new_to_you")}</span>`
  return nothing
}

/** @type {Screens.foot} */
function foot(app, fresh) {
  const show = () => {
    app.ui.order = fresh.rows
    app.draw()
  }
  const search = (/** @type {InputEvent} */ event) => {
    app.ui.search = /** @type {HTMLInputElement} */ (event.target).value
    app.draw()
    scrollTo(0, 0)
  }
  return html`${
    app.ui.isStale
      ? html`<button type="button" class="button" @click=${show}>${t("list_changed")}</button>`
      : nothing
  }
    ${parting(app)}
    <form role="search" @submit=${(/** @type {Event} */ event) => event.preventDefault()}>
      <input type="search" class="search" autocomplete="off" enterkeyhint="search"
        aria-label=${t("find_name")} placeholder=${t("find_name")}
        .value=${live(app.ui.search ?? "")} @input=${search}>
    </form>`
}

/** @type {Screens.lineLinks} */
function lineLinks({ phone }) {
  return phone.all("picket_line").map(
    ({ id, name }) => html`<a class="row card accent" href="/line/${id}"
      ><span class="who"><b>${name}</b><small>${t("your_line")}</small></span>›</a
    >`,
  )
}

/** @type {Screens.carry} */
function empty({ phone }) {
  if (phone.progress()?.isFirst) return nothing
  return html`<div class="card">
    <b>${t("empty_title")}</b>
    <p>${t("empty_next")}</p>
  </div>`
}
