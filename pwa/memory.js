// Everything the phone holds, folded in memory: the server's heads and own saves by one rule.
// Only records that were touched are folded again.
import { shape } from "./shape.js"
import { openEnvelope } from "./sync/envelope.js"
import { own, ruleOf } from "./sync/kinds.js"
import { lift } from "./sync/lift.js"
import { foldRecord, foldRulings, put, recordsOf } from "./sync/merge.js"
import { shown } from "./sync/rules.js"
import { changeId } from "./sync/save.js"

/** @import {BaseRecord, Kinds, Lift, Row, Save, Shape, Stamped} from "./types/engine" */

/** @param {Kinds} kinds @param {Lift[]} lifts */
export function createMemory(kinds, lifts) {
  /** @type {Map<string, Map<string, BaseRecord>>} kind -> id -> what the server sent */
  const base = new Map()
  /** @type {Map<string, Row>} own saves; of one device, in order of n */
  const rows = new Map()
  /** @type {Map<string, Save>} */
  const opened = new Map()
  /** @type {Map<string, Shape | undefined>} */
  const shapes = new Map()
  /** @type {Map<string, Shape[]>} */
  const lists = new Map()
  /** @type {Map<string, Map<string, string>>} kind -> register -> rule, which a start asks for often */
  const rules = new Map()
  /** @type {Map<string, Stamped[]>} kind/record -> own saves that fold over the base */
  let ownSaves = new Map()
  /** @type {Map<string, string>} save id -> how it folds, to see what changed */
  let folding = new Map()
  /** @type {Engine.Rulings} */
  let rulings = new Map()
  let reached = 0
  /** @type {string | undefined} who has joined on this phone */
  let volunteer

  /** @type {Engine.kindOf} */
  const kindOf = (kind) => own(kinds, kind)

  /** @type {Engine.open} */
  const open = (row) => put(opened, row.id, () => lift(readable(row), lifts))

  /** Nothing can be read of what was wiped. @type {Engine.readable} */
  const readable = (row) => row.save ?? openEnvelope(row.envelope) ?? { ...row, changes: [] }

  /** @type {Engine.stamp} */
  function stamp(row) {
    const { author, rank, receipt } = row
    const { seq = null, reason } = receipt ?? {}
    const save = { ...open(row) }
    // The server may reckon the time otherwise than this device did.
    save.at = receipt?.at ?? save.at
    save.at_error_ms = receipt?.at_error_ms ?? save.at_error_ms
    // With a reason it is held, or was set aside since.
    const verdict = reason ? "held" : "taken"
    return { save, seq, verdict, author, rank, early: [] }
  }

  /** @type {Engine.ruledBy} */
  const ruledBy = (from) => foldRulings(from.filter((row) => row.rules).map(stamp))

  /** What own saves ruled, also those the base holds. */
  const ruled = () => ruledBy([...rows.values()])

  /** @type {Engine.rowOf} */
  const rowOf = (target) => rows.get(target.split(":")[0] ?? "")

  /**
   * Own saves the base does not hold: a receipted one stays while an older one waits. What another
   * volunteer left on this phone is sent, and shown to nobody else.
   */
  function unbased() {
    const waits = new Set()
    return [...rows.values()].filter(({ device, receipt, author }) => {
      if (!receipt) waits.add(device)
      const isBased = receipt && !waits.has(device) && receipt.seq <= reached
      return author === volunteer && !isBased
    })
  }

  /** Find out anew which own saves fold; what they touch is folded again. */
  function refold() {
    const before = folding
    const found = unbased()
    rulings = ruledBy(found)
    for (const target of rulings.keys()) {
      const row = rowOf(target)
      if (row && !found.includes(row)) found.unshift(row)
    }
    // What waits may be withdrawn by what the server has already.
    for (const [target, on] of ruled()) if (rowOf(target)?.waiting) rulings.set(target, on)
    ownSaves = new Map()
    folding = new Map()
    for (const stamped of found.map(stamp)) {
      const { id, changes, at } = stamped.save
      for (const key of new Set(recordsOf(stamped))) put(ownSaves, key, () => []).push(stamped)
      const said = changes.map((_, nth) => rulings.get(changeId(id, nth)) ?? rulings.get(id))
      folding.set(id, JSON.stringify([stamped.verdict, at, said]))
    }
    for (const id of [...before.keys(), ...folding.keys()]) {
      if (before.get(id) === folding.get(id)) continue
      for (const { kind, record } of opened.get(id)?.changes ?? []) touch(kind, record)
    }
  }

  /** @type {Engine.onRecord} */
  function touch(kind, id) {
    shapes.delete(`${kind}/${id}`)
    lists.delete(kind)
  }

  /** register -> heads, and what they show. @type {Engine.foldOne} */
  function fold(kind, id) {
    const known = new Map(Object.entries(base.get(kind)?.get(id)?.fields ?? {}))
    const saves = ownSaves.get(`${kind}/${id}`) ?? []
    for (const { save } of saves) {
      const { before = [] } = rows.get(save.id) ?? {}
      const isOut = (/** @type {string} */ id) =>
        (rulings.get(id) ?? rulings.get(save.id)) === false
      restore(
        known,
        before.filter(({ change }) => isOut(change)),
      )
    }
    return foldRecord(kindOf(kind), id, saves, rulings, known)
  }

  /** @type {Engine.values} */
  function values(kind, id) {
    if (ownSaves.has(`${kind}/${id}`)) {
      const there = [...fold(kind, id)].filter(([, { heads }]) => heads.length)
      return there.map(([register, folded]) => [register, folded.shown.value])
    }
    const known = put(rules, kind, () => new Map())
    return Object.entries(base.get(kind)?.get(id)?.fields ?? {}).map(([register, heads]) => {
      const rule = put(known, register, () => ruleOf(kindOf(kind), register))
      return [register, shown(rule, heads).value]
    })
  }

  /** @type {Engine.get} */
  function get(kind, id) {
    const key = `${kind}/${id}`
    if (!shapes.has(key)) shapes.set(key, shape(id, values(kind, id)))
    return shapes.get(key)
  }

  /** @type {Engine.all} */
  function all(kind) {
    return put(lists, kind, () => {
      const ids = new Set(base.get(kind)?.keys())
      for (const key of ownSaves.keys()) {
        const [name, id = ""] = key.split("/")
        if (name === kind) ids.add(id)
      }
      return [...ids].map((id) => get(kind, id)).filter((made) => made !== undefined)
    })
  }

  /**
   * The heads of a register, and all that a change to it must say it saw: those, and what own
   * unsent changes among them saw. @type {Engine.seen}
   */
  function seen(kind, id, register) {
    const heads = fold(kind, id).get(register)?.heads ?? []
    /** @type {Map<string, string[]>} */
    const older = new Map()
    for (const { save } of ownSaves.get(`${kind}/${id}`) ?? []) {
      for (const [at, change] of save.changes.entries()) {
        if (change.kind !== kind || change.record !== id) continue
        older.set(changeId(save.id, at), own(change.saw, register) ?? [])
      }
    }
    // A Set yields what is added to it while it is walked.
    const saw = new Set(heads.map((head) => head.id))
    for (const change of saw) for (const further of older.get(change) ?? []) saw.add(further)
    return { heads, saw: [...saw] }
  }

  /** @type {Engine.take} */
  function take(more) {
    for (const row of more) rows.set(row.id, row)
    refold()
  }

  /** @type {Engine.load} */
  function load(records, saves, seq, author) {
    volunteer = author
    for (const map of [base, rows, opened, shapes, lists]) map.clear()
    for (const record of records) put(base, record.kind, () => new Map()).set(record.id, record)
    reached = seq
    take(saves)
  }

  /** @type {Engine.apply} */
  function apply(plan, seq) {
    if (plan.clear) for (const map of [base, shapes, lists]) map.clear()
    for (const { kind, id } of plan.drops) base.get(kind)?.delete(id)
    for (const record of plan.puts) put(base, record.kind, () => new Map()).set(record.id, record)
    for (const { kind, id } of [...plan.drops, ...plan.puts]) touch(kind, id)
    for (const row of plan.pruned) rows.delete(row.id)
    reached = seq
    take(plan.rows)
  }

  return {
    rows,
    base,
    kindOf,
    open,
    fold,
    get,
    all,
    seen,
    take,
    load,
    apply,
    /** The highest n of a device's saves here. @param {string} device */
    lastOf: (device) => [...rows.values()].filter((row) => row.device === device).at(-1)?.n ?? 0,
    waiting: () => [...rows.values()].filter((row) => !row.receipt),
    ruled,
  }
}

/**
 * Changes were undone that the server had: until it says what stands now, show what stood before.
 * @type {Engine.restore}
 */
function restore(known, before) {
  for (const { change, register, heads } of before) {
    const now = known.get(register)
    if (now?.some((head) => head.id === change)) known.set(register, [...heads, ...now])
  }
}
