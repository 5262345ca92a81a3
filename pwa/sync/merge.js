// What saves add up to: the fold. Judged by sync/cases/; twin: sync/merge.py.
import { COORDINATOR, own, ruleOf } from "./kinds.js"
import { heads, protects, shown } from "./rules.js"
import { changeId } from "./save.js"

/**
 * register -> what it shows, for one record: from the server's heads, if any, and every save that
 * touches it. @type {Engine.foldRecord}
 */
export function foldRecord(kind, record, saves, rulings, base = new Map()) {
  /** @type {Map<string, {writes: Engine.Writes, counted: Set<string>}>} */
  const registers = new Map()
  for (const [register, found] of base) {
    registers.set(register, {
      writes: new Map(found.map((head) => [head.id, { ...head, saw: [] }])),
      counted: new Set(found.map((head) => head.id)),
    })
  }
  for (const stamped of saves) {
    for (const [at, change] of stamped.save.changes.entries()) {
      if (change.kind !== kind?.kind || change.record !== record) continue
      for (const register of Object.keys(change.set)) {
        const write = writeOf(stamped, at, change, register)
        const acts = protects(ruleOf(kind, register), write.value)
        const { writes, counted } = put(registers, register, () => ({
          writes: new Map(),
          counted: new Set(),
        }))
        writes.set(write.id, write)
        if (counts(stamped, at, acts, rulings)) counted.add(write.id)
        else counted.delete(write.id)
      }
    }
  }
  return new Map(
    [...registers].map(([register, { writes, counted }]) => [
      register,
      fold(ruleOf(kind, register), writes, counted),
    ]),
  )
}

/**
 * What was ruled: save or change id -> counts. Rulings fold first, by `latest`; those in `silent`
 * do not act. Among one volunteer's own saves all do. @type {Engine.foldRulings}
 */
export function foldRulings(saves, silent = new Map()) {
  /** @type {Map<string, Engine.Writes>} */
  const byTarget = new Map()
  for (const stamped of saves) {
    for (const [at, change] of stamped.save.changes.entries()) {
      if (change.kind !== "ruling" || stamped.verdict !== "taken") continue
      if (change.set.counts === undefined) continue
      const write = writeOf(stamped, at, change, "counts")
      if (silent.has(write.id)) continue
      put(byTarget, change.record, () => new Map()).set(write.id, write)
    }
  }
  const ruled = new Map()
  for (const [target, writes] of byTarget) {
    const { value } = fold("latest", writes).shown
    if (typeof value === "boolean") ruled.set(target, value)
  }
  return ruled
}

/** The import a save came with: anybody can name one, only coordinators make one. @type {Engine.batchOf} */
export const batchOf = ({ save, rank }) =>
  save.changes.find(({ kind }) => kind === "import" && rank >= COORDINATOR)?.record ?? ""

/** Whether one change of a save counts. @type {Engine.counts} */
function counts(stamped, at, stickyOn, rulings) {
  const { id } = stamped.save
  const ruled = rulings.get(changeId(id, at)) ?? rulings.get(id) ?? rulings.get(batchOf(stamped))
  return ruled ?? (stamped.verdict === "taken" || (stickyOn && stamped.early.includes(at)))
}

/** The kind/record pairs a save touches. @type {Engine.recordsOf} */
export function recordsOf(stamped) {
  return stamped.save.changes.map((change) => `${change.kind}/${change.record}`)
}

/** @type {Engine.writeOf} */
function writeOf({ save, rank, author }, position, change, register) {
  const { at, at_error_ms } = save
  const value = change.set[register] ?? null
  const saw = own(change.saw, register) ?? []
  return { id: changeId(save.id, position), value, at, at_error_ms, rank, by: author, saw }
}

/** @type {Engine.fold} */
function fold(rule, writes, counted = new Set(writes.keys())) {
  const standing = heads(rule, writes, counted)
  return { heads: standing, shown: shown(rule, standing) }
}

/** What a map holds at a key, made first if it is not there. @type {Engine.put} */
export function put(map, key, make) {
  const value = map.get(key) ?? make()
  map.set(key, value)
  return value
}
