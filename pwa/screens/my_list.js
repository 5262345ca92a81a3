// Who is on my list, in which order, and why. Nothing here touches the page.
import { addDays, byName, dayOf, noonOf } from "../text.js"

/** @import {Shape} from "../types/engine" */
/** @import {Row} from "../types/screens" */

export const SECTIONS = ["due", "not_yet", "later", "coordinator", "talked", "do_not_contact"]
/** Results that ask for a coordinator, not for another try. */
export const FOR_COORDINATOR = [
  "another_go_to",
  "someone_else",
  "changed_worksite",
  "left_employer",
  "wrong_contact",
  "language",
]
const NEW_DAYS = 14

/** @type {Screens.myList} */
export function myList(phone) {
  const today = dayOf(phone.now())
  const campaign = runningCampaign(phone)
  const talks = byPerson(phone.all("conversation"))
  const promises = byPerson(phone.all("follow_up"))
  const mine = phone.all("assignment").filter((one) => one.volunteer === phone.me?.volunteer)
  const rows = mine.flatMap(({ id, since }) => {
    const person = phone.get("person", id)
    if (!person) return []
    const last = newest(talks.get(id) ?? [])[0]
    const due = (promises.get(id) ?? []).filter((one) => isDue(one, today))
    const isNew = !last && Boolean(since) && since > addDays(today, -NEW_DAYS)
    const section = sectionOf(phone, person, due, talks.get(id) ?? [], campaign)
    return [{ id, person, section, place: "", due, last, isNew }]
  })
  placeWords(phone, rows)
  rows.sort(inOrder())
  const reachable = rows.filter((row) => row.section !== "do_not_contact")
  const talked = reachable.filter((row) => hasTalked(talks.get(row.id) ?? [], campaign))
  return { campaign, rows, talked: talked.length, total: reachable.length }
}

/** The running campaign that ends first. @type {Screens.runningCampaign} */
export const runningCampaign = (phone) => runningCampaigns(phone)[0]

/** All that run, the one that ends first first: one talk is for all. @type {Screens.runningCampaigns} */
export function runningCampaigns(phone) {
  const today = dayOf(phone.now())
  return phone
    .all("campaign")
    .filter((one) => (one.starts ?? "") <= today && (one.ends ?? "9") >= today)
    .sort((a, b) => ((a.ends ?? "9") + a.id < (b.ends ?? "9") + b.id ? -1 : 1))
}

/** Talks with one person, newest first. @type {Screens.newest} */
export const newest = (talks) => [...talks].sort((a, b) => b.when - a.when)

/** Promised and due, or asked by the coordinator. @type {Screens.isDue} */
const isDue = (promise, today) =>
  promise.state === "open" && (promise.asks ? true : Boolean(promise.due) && promise.due <= today)

/** Whether the person asked this volunteer, or everybody, to leave it. @type {Screens.isToLeave} */
export const isToLeave = (phone, person) =>
  Boolean(person.do_not_contact?.all || person.do_not_contact?.[`by_${phone.me?.volunteer}`])

/** The next to talk to after `id`, by the order the thumb knows. @type {Screens.nextAfter} */
export function nextAfter(order, id, list) {
  const open = new Set(
    list.rows.filter((row) => row.section === "due" || row.section === "not_yet").map((r) => r.id),
  )
  open.delete(id)
  const known = order.length ? order : list.rows.map((row) => row.id)
  return [...known.slice(known.indexOf(id) + 1), ...known].find((one) => open.has(one)) ?? null
}

/** @type {Screens.hasTalked} */
function hasTalked(talks, campaign) {
  return within(talks, campaign).some((one) => one.result === "talked" && !one.meeting)
}

/** @type {Screens.within} */
function within(talks, campaign) {
  const from = campaign?.starts ? noonOf(campaign.starts) - 43_200_000 : 0
  return talks.filter((one) => one.when >= from)
}

/** @type {Screens.sectionOf} */
function sectionOf(phone, person, due, talks, campaign) {
  if (isToLeave(phone, person)) return "do_not_contact"
  if (due.length) return "due"
  if (hasTalked(talks, campaign)) return "talked"
  const last = newest(within(talks, campaign).filter((one) => !one.meeting))[0]
  if (!last) return "not_yet"
  return FOR_COORDINATOR.includes(last.result) ? "coordinator" : "later"
}

/**
 * Worksite and department tell people apart; a worksite all share says nothing.
 * @type {Screens.placeWords}
 */
function placeWords(phone, rows) {
  const sites = new Set(rows.map((row) => row.person.worksite))
  for (const row of rows) {
    const site = sites.size > 1 ? phone.get("worksite", row.person.worksite ?? "")?.name : ""
    row.place = [row.person.department, site].filter(Boolean).join(" · ")
  }
}

/** @returns {(a: Row, b: Row) => number} */
function inOrder() {
  const compare = byName()
  return (a, b) =>
    SECTIONS.indexOf(a.section) - SECTIONS.indexOf(b.section) ||
    dueDay(a).localeCompare(dueDay(b)) ||
    sinceTalk(a) - sinceTalk(b) ||
    compare(a.person.name ?? "", b.person.name ?? "")
}

/** @type {Screens.dueDay} */
const dueDay = (row) =>
  row.section === "due" ? (row.due.map((one) => one.due ?? "0").sort()[0] ?? "") : ""

/** Later: whom we left longest ago first. Talked: the latest first. @type {Screens.sinceTalk} */
const sinceTalk = (row) =>
  row.section === "later" ? row.last?.when : row.section === "talked" ? -row.last?.when : 0

/** @type {Screens.byPerson} */
export function byPerson(records) {
  /** @type {Map<string, Shape[]>} */
  const found = new Map()
  for (const record of records) {
    if (record.person) found.set(record.person, [...(found.get(record.person) ?? []), record])
  }
  return found
}
