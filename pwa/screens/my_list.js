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
  const campaigns = runningCampaigns(phone)
  // Whom the newest campaign was not there for yet is still to be talked to.
  const from = Math.max(0, ...campaigns.map(startOf))
  const talks = byPerson(phone.all("conversation"))
  const promises = byPerson(phone.all("follow_up"))
  const mine = phone.all("assignment").filter((one) => one.volunteer === phone.me?.volunteer)
  const rows = mine.flatMap(({ id, since, picked }) => {
    const person = phone.get("person", id)
    if (!person) return []
    const own = talks.get(id) ?? []
    const last = newest(own)[0]
    const due = (promises.get(id) ?? []).filter((one) => isDue(one, today))
    const isNew = !picked && !last && since > addDays(today, -NEW_DAYS)
    const section = sectionOf(phone, person, due, own, from)
    /** @type {Row["views"]} */
    const views = { all: true, [section]: true, new_to_you: isNew, picked_by_you: picked }
    const site = phone.get("worksite", person.worksite ?? "")?.name ?? ""
    return [{ id, person, section, group: section, site, views, place: "", due, last }]
  })
  const hasSites = new Set(rows.map((row) => row.site)).size > 1
  const isBySite = hasSites && phone.setting("by_site")
  for (const row of rows) {
    row.views.by_site = hasSites
    if (isBySite) row.group = row.site
    // Worksite and department tell people apart; a worksite all share says nothing.
    const site = hasSites && !isBySite && row.site
    row.place = [row.person.department, site].filter(Boolean).join(" · ")
  }
  rows.sort(inOrder(isBySite))
  const reachable = rows.filter((row) => !row.views.do_not_contact)
  const meters = (campaigns[0] ? campaigns : [undefined]).map((campaign) => {
    const from = startOf(campaign)
    const talked = reachable.filter((row) => hasTalked(talks.get(row.id) ?? [], from)).length
    return { campaign, talked }
  })
  return { rows, meters, total: reachable.length, isBySite }
}

/** All that run, the one that ends first first: one talk is for all. @type {Screens.runningCampaigns} */
export function runningCampaigns(phone) {
  const today = dayOf(phone.now())
  return phone
    .all("campaign")
    .filter((one) => (one.starts ?? "") <= today && (one.ends ?? "9") >= today)
    .sort((a, b) => ((a.ends ?? "9") + a.id < (b.ends ?? "9") + b.id ? -1 : 1))
}

/** @type {Screens.startOf} */
const startOf = (campaign) => (campaign?.starts ? noonOf(campaign.starts) - 43_200_000 : 0)

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

/** A group conversation is no one-on-one. @type {Screens.hasTalked} */
const hasTalked = (talks, from) =>
  talks.some((one) => one.when >= from && one.result === "talked" && !one.meeting)

/** @type {Screens.sectionOf} */
function sectionOf(phone, person, due, talks, from) {
  if (isToLeave(phone, person)) return "do_not_contact"
  if (due.length) return "due"
  if (hasTalked(talks, from)) return "talked"
  const last = newest(talks.filter((one) => one.when >= from && !one.meeting))[0]
  if (!last) return "not_yet"
  return FOR_COORDINATOR.includes(last.result) ? "coordinator" : "later"
}

/** @type {Screens.inOrder} */
function inOrder(isBySite) {
  const compare = byName()
  return (a, b) =>
    (isBySite && compare(a.site, b.site)) ||
    SECTIONS.indexOf(a.section) - SECTIONS.indexOf(b.section) ||
    inTime(dueDay(a), dueDay(b)) ||
    sinceTalk(a) - sinceTalk(b) ||
    compare(a.person.name ?? "", b.person.name ?? "")
}

/** Which day is first. @type {Screens.inTime} */
const inTime = (a, b) => (a < b ? -1 : Number(a > b))

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
