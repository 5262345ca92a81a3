// The event loop of one phone: its tasks run one at a time, in the order they were asked for, and
// between any two of them it can be killed. Node's own loop only drains the microtasks between.
import process from "node:process"
import { setImmediate as immediately } from "node:timers"

/** @typedef {ReturnType<typeof createTurns>} Turns */

/** @type {Turns | null} whose tasks run now: what fake-indexeddb asks for later is theirs */
let current = null

// fake-indexeddb looks this name up each time it puts a step off.
globalThis.setImmediate = (step, ...given) => {
  if (!current) throw new Error("A phone did something while none was asked to.")
  current.later(() => step(...given))
}

process.on("unhandledRejection", (reason) => {
  if (!current) throw reason
  current.troubles.push(textOf(reason))
})

export const textOf = (reason) => String(reason?.stack ?? reason)

/** @param {() => boolean} isDoomed asked before each task; true when the phone dies here */
export function createTurns(isDoomed) {
  /** @type {(() => void)[]} */
  let tasks = []
  /** @type {string[]} what nobody caught */
  const troubles = []

  const later = (task) => void tasks.push(task)

  /** Begin something, then run until nothing is left to do. @param {() => void} begin */
  async function settle(begin) {
    current = turns
    run(begin)
    for (;;) {
      await microtasks()
      if (!tasks.length) break
      if (isDoomed()) continue
      run(tasks.shift())
    }
    current = null
  }

  function run(task) {
    try {
      task()
    } catch (reason) {
      troubles.push(textOf(reason))
    }
  }

  /** Forget all that was to be done. */
  function clear() {
    tasks = []
  }

  const turns = { later, settle, clear, troubles }
  return turns
}

// Node drains all microtasks before the next of these.
const microtasks = () => new Promise((resolve) => immediately(resolve))
