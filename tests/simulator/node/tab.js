// One process of the app on a phone's disk: its globals, its modules, and its death.
import { createContext } from "./globals.js"
import { sever } from "./indexed_db.js"
import { load } from "./modules.js"
import { createNetwork } from "./network.js"
import { createPage } from "./page.js"
import { createTimers } from "./timers.js"
import { textOf } from "./turns.js"

/** @import {Disk} from "./disk.js" */
/** @typedef {ReturnType<typeof createTab>} Tab */

/** A tab that has yet to open the phone. */
export function createTab(/** @type {Disk} */ disk) {
  const tab = {
    disk,
    isDead: false,
    /** The phone's engine, once it is open. @type {import("../../../pwa/phone.js").Phone | null} */
    phone: null,
    /** What the world has not been told yet. @type {{ticket: number}[]} */
    untold: [],
    /** @type {Set<object>} */
    opening: new Set(),
    /** @type {Set<any>} */
    connections: new Set(),
    /** How many more commits it lives. */
    commitsLeft: Number.POSITIVE_INFINITY,
    /** It wrote something to the disk. */
    wrote() {
      if (--tab.commitsLeft <= 0) disk.doomed = { tab, left: 0 }
    },
    page: createPage(),
    /** Do something later, unless this tab is dead by then. @param {() => void} task */
    later: (task) => disk.turns.later(() => tab.isDead || task()),
  }
  tab.timers = createTimers(tab)
  tab.network = createNetwork(tab)
  disk.tabs.add(tab)
  return tab
}

export const PIN = "135790"
// A run has thousands of starts, and its clocks turn by years.
const SEAMS = { rounds: 1, expires_ms: Number.POSITIVE_INFINITY, delays_s: [0] }

/** Begin to open the phone in a tab, and unlock it where it is locked. */
export function open(/** @type {Tab} */ tab) {
  const told = (reason) => tab.disk.turns.troubles.push(`The phone did not open: ${textOf(reason)}`)
  load(createContext(tab), "/phone.js", tab.disk.edits)
    .then(({ openPhone }) => openPhone(SEAMS))
    .then(async (phone) => {
      if (phone.lockState() === "locked") await phone.unlock(PIN)
      tab.phone = phone
    })
    .catch(told)
}

/**
 * A tab that opens the database is not killed beside others: half an upgrade would be left to them.
 */
export const mayDie = (/** @type {Tab} */ tab) => !tab.opening.size || tab.disk.tabs.size === 1

/** The tab's process is no more. */
export function kill(/** @type {Tab} */ tab) {
  const { disk } = tab
  if (tab.isDead) return
  tab.isDead = true
  disk.tabs.delete(tab)
  if (!disk.tabs.size) return disk.afterDeath()
  sever(tab)
  disk.locks.leave(tab)
  disk.channels.leave(tab)
}
