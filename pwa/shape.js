// How a record looks to screens: what its registers show, each-fields as an object of their own.

/** @import {Shape} from "./types/engine" */

/** A record as screens see it; undefined when nothing of it counts. @type {Engine.shape} */
export function shape(id, values) {
  // Without a prototype: a register may be called `constructor`.
  /** @type {Shape} */
  const made = Object.assign(Object.create(null), { id })
  for (const [register, value] of values) {
    const [name = "", element] = register.split("/")
    if (element === undefined) made[name] = value
    else {
      made[name] ??= Object.create(null)
      made[name][element] = value
    }
  }
  return values.length ? made : undefined
}
