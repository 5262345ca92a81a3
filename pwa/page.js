// Decides what a page from the server does to what the phone holds.
import { subjectOf } from "./sync/kinds.js"

/** @import {Head} from "./types/engine" */

const DAY_MS = 24 * 3600 * 1000
// How long authors see what they did, and how long a server may go without a backup: restored from
// an old one, it gets again what it lost.
const SHOWN_MS = 14 * DAY_MS
const KEPT_MS = 30 * DAY_MS

/**
 * `pending` are records to forget once own saves about their subject have receipts; `carried` the
 * envelopes of others, by id. @type {Engine.planOf}
 */
export function planOf(memory, page, pending, carried) {
  const rows = receipted(memory, page)
  const records = page.records.map((record) => merged(memory, record, page.fresh))
  const whole = new Set(page.records.filter((record) => record.whole).map(keyOf))
  const about = page.fresh ? [] : [...pending, ...recordsAbout(memory, page.forget)]
  // What is still theirs by another right comes whole beside its own forgetting.
  const leaving = about.filter((record) => !whole.has(keyOf(record)))
  const waits = leaving.length ? subjectsWaiting(memory, rows) : new Set()
  const others = page.receipts.filter(({ save }) => !memory.rows.has(save))
  // What another device of theirs made says nothing about the numbers of this one.
  const lost = others.filter(({ save, device }) => !device && !carried.has(save))
  return {
    clear: page.fresh,
    puts: records.filter(isSomething),
    drops: [
      ...leaving.filter(({ subject }) => !waits.has(subject)),
      ...records.filter((record) => !isSomething(record)),
    ],
    rows: changed(memory, page, rows),
    pruned: [...[...rows.values()].filter(isErased), ...prunable(memory, page)],
    delivered: others.filter(({ save }) => carried.has(save)).map(({ save }) => save),
    n: Math.max(0, ...lost.map(({ n }) => n)),
    forget: leaving.filter(({ subject }) => waits.has(subject)),
    moved: page.moved ?? [],
  }
}

/**
 * Own saves whose receipt changes. In a new past only this page's receipts hold: the rest is sent
 * again. @type {Engine.receipted}
 */
function receipted(memory, page) {
  const rows = new Map()
  for (const row of page.fresh ? memory.rows.values() : []) {
    if (row.receipt) rows.set(row.id, { ...row, receipt: null, since: undefined, waiting: 1 })
  }
  for (const receipt of page.receipts) {
    const row = memory.rows.get(receipt.save)
    const { waiting, since, ...rest } = rows.get(receipt.save) ?? row ?? {}
    if (row) rows.set(row.id, { ...rest, receipt, since: since ?? page.now })
  }
  return rows
}

/**
 * Own saves that change: `rows` but for the erased, and those that noted what stood in a record of
 * which nothing is left. Without these notes: what was erased goes from there too.
 * @type {Engine.changed}
 */
function changed(memory, page, rows) {
  const erased = [...rows.values()].filter(isErased).flatMap((row) => touchedBy(memory, row))
  const gone = new Set([...erased, ...page.records.filter(isNothing).map(keyOf)])
  const all = new Map([...(gone.size ? memory.rows : []), ...rows])
  return [...all.values()].flatMap((row) => {
    if (isErased(row)) return []
    const remembers = row.before.length && touchedBy(memory, row).some((key) => gone.has(key))
    if (remembers) return { ...row, before: [], kept: undefined }
    return rows.has(row.id) ? row : []
  })
}

/** @type {Engine.touchedBy} */
const touchedBy = (memory, row) =>
  memory.open(row).changes.map(({ kind, record }) => keyOf({ kind, id: record }))

/** @type {Engine.isNothing} */
const isNothing = (record) => record.whole && !isSomething(record)

/** What it was about is to be forgotten everywhere: nothing of it stays. @type {Engine.isErased} */
const isErased = ({ receipt }) => receipt?.verdict === "erased"

/** @type {Engine.merged} */
function merged(memory, { kind, id, about, whole, fields, write, said = {} }, fresh) {
  const old = whole || fresh ? {} : memory.base.get(kind)?.get(id)?.fields
  const heads = Object.entries({ ...old, ...fields }).filter(([, found]) => found.length)
  for (const [register, value] of Object.entries(said))
    heads.push([register, [/** @type {Head} */ ({ ...write, value })]])
  return { kind, id, about, fields: Object.fromEntries(heads) }
}

/** @type {Engine.isSomething} */
const isSomething = (record) => Object.keys(record.fields).length > 0

/** @type {Engine.keyOf} */
const keyOf = ({ kind, id }) => `${kind}/${id}`

/** Whom saves are about that still wait; `rows` are those that change. @type {Engine.subjectsWaiting} */
function subjectsWaiting({ base, rows: now, open, kindOf, get }, rows) {
  const waiting = [...now.values()].filter((row) => !(rows.get(row.id) ?? row).receipt)
  const changes = waiting.flatMap((row) => open(row).changes)
  return new Set(
    changes.map(({ kind, record, set }) => {
      const about = kindOf(kind)?.about ?? ""
      const said = set[about] ?? get(kind, record)?.[about]
      return base.get(kind)?.get(record)?.about ?? subjectOf(kindOf(kind), record, said)
    }),
  )
}

/** @type {Engine.recordsAbout} */
function recordsAbout({ base }, subjects) {
  const all = subjects.length ? [...base.values()].flatMap((records) => [...records.values()]) : []
  return all
    .filter(({ about }) => subjects.includes(about))
    .map(({ about, kind, id }) => ({ subject: about, kind, id }))
}

/**
 * Saves long in the server's hands, and in its backups; held ones stay for their author to see.
 * @type {Engine.prunable}
 */
function prunable(memory, { fresh, now, cursor, backed_up_to }) {
  // An undo of what waits is needed as long as that.
  const isWaiting = memory.waiting().length > 0
  return [...memory.rows.values()].filter(({ receipt, at, since = at }) => {
    if (fresh || isWaiting || receipt?.verdict !== "taken" || receipt.seq > cursor.seq) return false
    const kept_ms = receipt.seq <= backed_up_to ? SHOWN_MS : KEPT_MS
    return since < now - kept_ms
  })
}
