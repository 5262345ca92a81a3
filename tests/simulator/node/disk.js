// A phone as its maker sold it: a disk, a clock, dice, and what its tabs share while they run.
import { createChance } from "./chance.js"
import { createChannels } from "./channels.js"
import { afterDeath, copied, createFactory } from "./databases.js"
import { createLocks } from "./locks.js"
import { kill, mayDie } from "./tab.js"
import { createTurns } from "./turns.js"

/** @import {Tab} from "./tab.js" */
/** @typedef {{now: number, files: Record<string, string>}} World */
/** @typedef {ReturnType<typeof createDisk>} Disk */

/**
 * @param {World} world
 * @param {{seed: string, files: Record<string, string>, edits: Record<string, string>}} given
 *   `files`: url -> what a service worker would answer from its cache; `edits`: see modules.js
 */
export function createDisk(world, { seed, files, edits }) {
  let tickets = 0
  const disk = {
    world,
    files,
    edits,
    chance: createChance(seed),
    factory: createFactory(),
    /** @type {Map<string, string>} */
    cookies: new Map(),
    /** Ids of saves that were called saved. @type {string[]} */
    saved: [],
    /** @type {Set<Tab>} */
    tabs: new Set(),
    offset_ms: 0,
    isFull: false,
    /** Why its last invitation did not work. @type {string | null} */
    refused: null,
    /** The tab that was asked to do something in which it may send. @type {Tab | null} */
    listening: null,
    /** Who dies, and after how many more turns. @type {{tab: Tab, left: number} | null} */
    doomed: null,
    turns: createTurns(isDoomed),
    locks: createLocks(),
    channels: createChannels(),
    nextTicket: () => ++tickets,
    afterDeath: die,
    evict,
    copy,
  }

  function isDoomed() {
    const { doomed } = disk
    if (!doomed || doomed.left-- > 0 || !mayDie(doomed.tab)) return false
    disk.doomed = null
    kill(doomed.tab)
    return true
  }

  /** No process is left: what it had in mind is gone, what it had committed is not. */
  function die() {
    disk.turns.clear()
    disk.factory = afterDeath(disk.factory)
    disk.locks = createLocks()
    disk.channels = createChannels()
  }

  /** The browser drops everything. No tab may run. */
  function evict() {
    disk.factory = createFactory()
    disk.cookies.clear()
    disk.saved = []
  }

  /** Another phone with the same bytes, whose dice fall otherwise. */
  function copy(/** @type {string} */ otherSeed) {
    const other = createDisk(world, { seed: otherSeed, files, edits })
    other.factory = copied(disk.factory)
    other.cookies = new Map(disk.cookies)
    other.saved = [...disk.saved]
    other.offset_ms = disk.offset_ms
    return other
  }

  return disk
}
