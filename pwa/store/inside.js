// What the vault holds, made into boxes and read from them. No transaction waits for either: boxes
// are ready before one begins.
import { canShut, hidden, isOpen, newToken, opened, shut } from "./vault.js"

/** @import {BaseRecord, Row} from "../types/engine" */

const MOST_PAGES = 24
const IN_A_BOX = 500
/** Of a save, what can be read; the rest is its envelope and what became of it. */
const OF_ROW = ["author", "rank", "rules", "before", "save"]
/** Of the settings, what only this volunteer may know. */
const OF_ME = /^(me|read|forget|seal\/.*)$/
/** A save that cannot be read is nobody's. */
const NOTHING = { author: "", rank: 0, rules: false, before: [], save: null }

/** A phone from before there was a vault, until somebody chose a PIN. */
let isBare = false

/** All that this key opens of what is held; nothing, when there is none. @type {Engine.readInside} */
export async function readInside({ settings, saves, pages, inside, records, drafts }) {
  isBare = settings.has("me")
  const notes = [...inside].filter(([name]) => name !== "who")
  const [who, rows, turns, named] = await Promise.all([
    tried(inside.get("who")),
    readRows(saves),
    Promise.all(pages.map(tried)),
    Promise.all(notes.map(([, box]) => tried(box))),
  ])
  /** @type {Map<string, BaseRecord>} */
  const base = new Map(records.map((record) => [`${record.kind}/${record.id}`, record]))
  const isWhole = !isOpen() || turns.every(Boolean)
  for (const { puts, drops } of isWhole ? turns.filter(Boolean) : []) {
    for (const { kind, id } of drops) base.delete(`${kind}/${id}`)
    for (const record of puts) base.set(`${record.kind}/${record.id}`, record)
  }
  return {
    who: who ?? {},
    rows,
    records: [...base.values()],
    forget: turns.at(-1)?.forget ?? settings.get("forget") ?? [],
    drafts: new Map([...drafts, ...named.filter(Boolean).map(pairOf)]),
    isWhole,
  }
}

/** @type {Engine.pairOf} */
const pairOf = ({ name, draft }) => [name, draft]

/** Saves as they lie on disk, with what can be read of them. @type {Engine.readRows} */
export const readRows = (rows) =>
  Promise.all(
    rows.map(async (row) => (row.kept ? { ...row, ...((await tried(row.kept)) ?? NOTHING) } : row)),
  )

/** @type {Engine.tried} */
const tried = (box) => opened(box).catch(() => null)

/** A save whose readable part has its box; one that changed has none. @type {Engine.boxed} */
export async function boxed(row) {
  if (row.kept || !row.author || isBare || !canShut()) return row
  return { ...row, kept: await shut(only(row, (name) => OF_ROW.includes(name))) }
}

/** What of a save lies on disk. @type {Engine.outsideOf} */
export const outsideOf = (row) =>
  /** @type {Row} */ (row.kept ? only(row, (name) => !OF_ROW.includes(name)) : row)

/**
 * The boxes of what a page changes, and whether they stand for all there is: when something goes,
 * and now and then, all boxes are made anew. `count` is how many there are. @type {Engine.pageBoxes}
 */
export async function pageBoxes(memory, { clear, puts, drops, forget }, pending, count) {
  const isNews = puts.length || drops.length || JSON.stringify(forget) !== JSON.stringify(pending)
  if (!isNews) return { clear, boxes: [] }
  // What is to be gone must not stay in the box it came in.
  const isOver = drops.length || puts.some((record) => narrows(memory, record))
  if (clear || (count < MOST_PAGES && !isOver)) {
    return { clear, boxes: [await shut({ puts, drops, forget })] }
  }
  const all = [...memory.base.values()].flatMap((records) => [...records.values()])
  const kept = new Map(all.map((record) => [`${record.kind}/${record.id}`, record]))
  for (const { kind, id } of drops) kept.delete(`${kind}/${id}`)
  for (const record of puts) kept.set(`${record.kind}/${record.id}`, record)
  return { clear: true, boxes: await recordBoxes([...kept.values()], forget) }
}

/** Whether less of a record is left than there was. @type {Engine.narrows} */
function narrows({ base }, { kind, id, fields }) {
  const old = Object.keys(base.get(kind)?.get(id)?.fields ?? {})
  return old.some((register) => !Object.hasOwn(fields, register))
}

/** @type {Engine.recordBoxes} */
function recordBoxes(records, forget) {
  const starts = Array.from({ length: Math.ceil(records.length / IN_A_BOX) || 1 }, (_, at) => at)
  const part = (/** @type {number} */ at) => records.slice(at * IN_A_BOX, (at + 1) * IN_A_BOX)
  return Promise.all(starts.map((at) => shut({ puts: part(at), drops: [], forget })))
}

/** The box of who this is, as these settings say. @type {Engine.whoBox} */
export const whoBox = (settings) =>
  shut(only(Object.fromEntries(settings), (name) => name !== "forget" && OF_ME.test(name)))

/** The settings that need no box. @type {Engine.outsideOnly} */
export const outsideOnly = (values) => only(values, (name) => !OF_ME.test(name))

/** @type {Engine.isOfMe} */
export const isOfMe = (name) => OF_ME.test(name)

/** A draft's name on disk, and its box; without a draft, what drops it. @type {Engine.draftBox} */
export async function draftBox(name, draft) {
  const box = draft === undefined ? undefined : await shut({ name, draft })
  return { [await hidden(name)]: box }
}

/**
 * Everything readable of a phone from before there was a vault, in boxes. Such a phone joined
 * without a read token and brings its own. @type {Engine.movedIn}
 */
export async function movedIn(held) {
  const { rows, records, forget, drafts } = await readInside(held)
  isBare = false
  const settings = new Map([["read", newToken()], ...held.settings])
  const [saves, pages, who, ...notes] = await Promise.all([
    Promise.all(rows.map(boxed)),
    recordBoxes(records, forget),
    whoBox(settings),
    ...Array.from(drafts, ([name, draft]) => draftBox(name, draft)),
  ])
  return { saves: saves.map(outsideOf), pages, inside: Object.assign({ who }, ...notes) }
}

/** @type {Engine.only} */
const only = (values, isWanted) =>
  Object.fromEntries(Object.entries(values).filter(([name]) => isWanted(name)))
