// The phones of one run: who sits on which disk, and how one is asked to do something.
import { createDisk } from "./disk.js"
import { createTab, open } from "./tab.js"
import { textOf } from "./turns.js"

/** @import {Disk} from "./disk.js" */
/** @import {Tab} from "./tab.js" */
/** @typedef {{name: string, disk: Disk, tab: Tab}} Seat a process, or the place of one that died */
/** @typedef {{value?: unknown, problem?: string}} Outcome */

/** @typedef {ReturnType<typeof createPhones>} Phones */
export function createPhones() {
  const world = { now: 0 }
  /** @type {Map<string, Seat>} */
  const seats = new Map()

  /** A phone that never joined. @param {string} name @param {Parameters<createDisk>[1]} given */
  const make = (name, given) => sit(name, createDisk(world, given))

  /** A running process on a disk. @param {string} name @param {Disk} disk */
  async function sit(name, disk) {
    const seat = { name, disk, tab: createTab(disk) }
    seats.set(name, seat)
    return run(seat, () => open(seat.tab))
  }

  /** Start the process anew where it died. @param {Seat} seat @param {number} dies after so many turns */
  async function restart(seat, dies = Number.POSITIVE_INFINITY) {
    if (!seat.tab.isDead) return {}
    seat.tab = createTab(seat.disk)
    seat.disk.doomed = { tab: seat.tab, left: dies }
    return run(seat, () => open(seat.tab))
  }

  const on = (/** @type {Disk} */ disk) => [...seats.values()].filter((seat) => seat.disk === disk)

  return { world, seats, make, sit, restart, on, leave: (name) => void seats.delete(name) }
}

/**
 * Begin something on a phone and wait until it has nothing left to do.
 * @param {Seat} seat @param {() => unknown} begin @param {boolean} maySend whether there is signal
 * @returns {Promise<Outcome>} without a value when it died of it
 */
export async function run({ disk, tab }, begin, maySend = false) {
  /** @type {Outcome} */
  const outcome = {}
  const work = async () => {
    try {
      outcome.value = (await begin()) ?? null
    } catch (reason) {
      outcome.problem = reason?.problem ?? "app_failed"
      if (!reason?.problem) disk.turns.troubles.push(textOf(reason))
    }
  }
  disk.listening = maySend ? tab : null
  await disk.turns.settle(() => void work())
  disk.listening = null
  return outcome
}
