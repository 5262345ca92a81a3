// Decides what a page from the server does to what the phone holds.
import { subjectOf } from "./sync/kinds.js"

// A server restored from a backup gets again what it lost, if it was sent within this time.
const KEPT_MS = 14 * 24 * 3600 * 1000

/**
 * `pending` are records to forget once own saves about their subject have receipts.
 * @type {Engine.planOf}
 */
export function planOf(memory, page, pending) {
  const rows = receipted(memory, page)
  const records = page.records.map((record) => merged(memory, record, page.fresh))
  const whole = new Set(page.records.filter((record) => record.whole).map(keyOf))
  const about = page.fresh ? [] : [...pending, ...recordsAbout(memory, page.forget)]
  // What is still theirs by another right comes whole beside its own forgetting.
  const leaving = about.filter((record) => !whole.has(keyOf(record)))
  const waits = leaving.length ? subjectsWaiting(memory, rows) : new Set()
  const unknown = page.receipts.filter((receipt) => !memory.rows.has(receipt.save))
  return {
    clear: page.fresh,
    puts: records.filter(isSomething),
    drops: [
      ...leaving.filter(({ subject }) => !waits.has(subject)),
      ...records.filter((record) => !isSomething(record)),
    ],
    rows: [...rows.values()],
    pruned: page.fresh ? [] : prunable(memory, page),
    n: Math.max(0, ...unknown.map((receipt) => receipt.n)),
    forget: leaving.filter(({ subject }) => waits.has(subject)),
  }
}

/**
 * Own saves whose receipt changes. In a new past only this page's receipts hold: the rest is sent
 * again. @type {Engine.receipted}
 */
function receipted(memory, page) {
  const rows = new Map()
  for (const row of page.fresh ? memory.rows.values() : []) {
    if (row.receipt) rows.set(row.id, { ...row, receipt: null, waiting: 1 })
  }
  for (const receipt of page.receipts) {
    const row = memory.rows.get(receipt.save)
    const { waiting, ...rest } = row ?? {}
    if (row) rows.set(row.id, { ...rest, receipt })
  }
  return rows
}

/** @type {Engine.merged} */
function merged(memory, { kind, id, whole, fields }, fresh) {
  const old = whole || fresh ? {} : memory.base.get(kind)?.get(id)
  const heads = Object.entries({ ...old, ...fields }).filter(([, found]) => found.length)
  return { kind, id, fields: Object.fromEntries(heads) }
}

/** @type {Engine.isSomething} */
const isSomething = (record) => Object.keys(record.fields).length > 0

/** @type {Engine.keyOf} */
const keyOf = ({ kind, id }) => `${kind}/${id}`

/** Whom saves are about that still wait; `rows` are those that change. @type {Engine.subjectsWaiting} */
function subjectsWaiting({ rows: now, open, kindOf, get }, rows) {
  const waiting = [...now.values()].filter((row) => !(rows.get(row.id) ?? row).receipt)
  const changes = waiting.flatMap((row) => open(row).changes)
  return new Set(
    changes.map(({ kind, record, set }) => {
      const about = kindOf(kind)?.about ?? ""
      return subjectOf(kindOf(kind), record, set[about] ?? get(kind, record)?.[about])
    }),
  )
}

/** @type {Engine.recordsAbout} */
function recordsAbout({ base, kindOf, get }, subjects) {
  if (!subjects.length) return []
  return [...base].flatMap(([kind, records]) =>
    [...records.keys()].flatMap((id) => {
      const about = get(kind, id)?.[kindOf(kind)?.about ?? ""]
      const subject = subjectOf(kindOf(kind), id, about) ?? ""
      return subjects.includes(subject) ? [{ subject, kind, id }] : []
    }),
  )
}

/** Saves long in the server's hands; held ones stay for their author to see. @type {Engine.prunable} */
function prunable(memory, page) {
  const waits = new Set(memory.waiting().map((row) => row.device))
  const isOld = (/** @type {number} */ at) => at < page.now - KEPT_MS
  return [...memory.rows.values()].filter(
    ({ device, receipt, at }) =>
      receipt?.verdict === "taken" &&
      receipt.seq <= page.cursor.seq &&
      isOld(at) &&
      !waits.has(device),
  )
}
