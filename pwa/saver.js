// Makes saves and keeps them: sealed, without a gap in n, and on disk before anybody is told.
import { problem } from "./problems.js"
import { boxed, readRows } from "./store/inside.js"
import { addSave, counterOf } from "./store/saves.js"
import { estimate } from "./sync/clock.js"
import { sealEnvelope } from "./sync/envelope.js"
import { rankOf } from "./sync/kinds.js"
import { changeId, MAX_CHANGES, SCHEMA, uuid7 } from "./sync/save.js"

/** @import {Row, Save} from "./types/engine" */

/** @type {Engine.createSaver} */
export function createSaver({ memory, settings, me }) {
  let saving = Promise.resolve(/** @type {unknown} */ (null))

  const time = () => estimate(settings().get("clock"), Date.now())
  const newId = () => uuid7(time().at, crypto.getRandomValues(new Uint8Array(10)))

  /** One after the other: what was tapped first gets the smaller n. @type {Engine.keepSave} */
  function save(wishes) {
    const kept = saving.then(() => keep(wishes))
    saving = kept.catch(() => {})
    return kept
  }

  /**
   * No transaction waits for sealing, so n is taken on trust, and again when another tab was
   * faster. @type {Engine.keepSave}
   */
  async function keep(wishes) {
    if (wishes.length > MAX_CHANGES) throw problem("too_many_changes")
    const by = me()
    if (!by) throw problem("not_joined")
    const id = newId()
    const counter = counterOf(by.device)
    for (;;) {
      const known = memory.lastOf(by.device)
      const n = 1 + (settings().get(counter) ?? known)
      const made = makeRow(wishes, by, id, n)
      const [{ envelope }, box] = await Promise.all([sealed(made, settings()), boxed(made)])
      const row = { ...box, envelope }
      const missed = await addSave(row, known)
      settings().set(counter, missed?.last ?? n)
      memory.take(missed ? await readRows(missed.rows) : [row])
      if (!missed) return row
    }
  }

  /** @type {Engine.makeRow} */
  function makeRow(wishes, by, id, n) {
    /** @type {Row["before"]} */
    const before = []
    const changes = wishes.map(({ kind, record, set }, position) => {
      /** @type {Record<string, string[]>} */
      const saw = {}
      for (const register of Object.keys(set)) {
        const seen = memory.seen(kind, record, register)
        if (!seen.saw.length) continue
        saw[register] = seen.saw
        before.push({ change: changeId(id, position), register, heads: seen.heads })
      }
      return { kind, record, set, saw }
    })
    const { device, volunteer: author, roles } = by
    const save = { id, device, n, ...time(), schema: SCHEMA, changes }
    const rules = changes.some((change) => change.kind === "ruling")
    const kept = { author, rank: rankOf(roles), save, rules, before, receipt: null }
    return { device, n, id, at: save.at, ...kept, envelope: "", waiting: 1 }
  }

  /** Resolves when no save is under way. */
  const idle = () => saving

  return { save, time, newId, idle }
}

/** The row with its save sealed to the key the server has now, and to be sent. @type {Engine.sealed} */
export async function sealed(row, settings) {
  const seal = settings.get(`seal/${row.device}`)
  const save = /** @type {Save} */ (row.save)
  const envelope = await sealEnvelope(save, settings.get("key"), seal)
  return { ...row, envelope, receipt: null, waiting: 1 }
}
