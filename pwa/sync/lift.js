// Saves of an older app, as today's app would have written them. Twin: sync/lift.py.
import { own } from "./kinds.js"

/**
 * The save with the names of the newest schema; `lifts` is /sync/lifts.json, in order of `to`.
 * The one given stays as it was. @type {Engine.lift}
 */
export function lift(save, lifts) {
  let lifted = save
  for (const step of lifts) {
    if (step.to <= lifted.schema) continue
    const changes = lifted.changes.map((change) => liftChange(change, step))
    lifted = { ...lifted, schema: step.to, changes }
  }
  return lifted
}

/** @type {Engine.liftChange} */
function liftChange({ kind, record, set, saw }, { kinds, registers, values }) {
  const names = own(registers, kind)
  const meant = own(values, kind)
  /** @type {Engine.renamed} */
  const renamed = (given, read) => {
    const lifted = Object.entries(given).map(([name, value]) => [
      own(names, name) ?? name,
      read(name, value),
    ])
    return Object.fromEntries(lifted)
  }
  return {
    kind: own(kinds, kind) ?? kind,
    record,
    set: renamed(set, (name, value) => own(own(meant, name), String(value)) ?? value),
    saw: renamed(saw, (_, seen) => seen),
  }
}
