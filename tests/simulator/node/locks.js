// navigator.locks of one phone: its tabs share them, and a tab that dies leaves its own.

/** @import {Tab} from "./tab.js" */
/** @typedef {{tab: Tab, name: string, isShared: boolean, grant: () => void}} Request */

export function createLocks() {
  /** @type {Request[]} */
  let held = []
  /** @type {Request[]} */
  let waiting = []

  /** Grant what can be granted, in the order it was asked for. */
  function grantAll() {
    const blocked = new Set()
    for (const request of waiting) {
      const { name, isShared, tab } = request
      if (!blocked.has(name) && isFree(request)) {
        waiting = waiting.filter((other) => other !== request)
        held.push(request)
        tab.later(request.grant)
      } else if (!isShared) blocked.add(name)
    }
  }

  const isFree = ({ name, isShared }) =>
    !held.some((other) => other.name === name && !(isShared && other.isShared))

  function release(request) {
    held = held.filter((other) => other !== request)
    grantAll()
  }

  /** The `request` of one tab. */
  const requestOf = (/** @type {Tab} */ tab) => (name, options, work) => {
    if (typeof options === "function") return requestOf(tab)(name, {}, options)
    const { mode = "exclusive", ifAvailable = false } = options
    return new Promise((resolve, reject) => {
      const run = async (lock) => work(lock)
      const request = { tab, name, isShared: mode === "shared", grant }
      function grant() {
        const end = () => tab.later(() => release(request))
        run({ name, mode }).then(resolve, reject).finally(end)
      }
      if (ifAvailable && !isFree(request)) return tab.later(() => run(null).then(resolve, reject))
      waiting.push(request)
      grantAll()
    })
  }

  function leave(/** @type {Tab} */ tab) {
    waiting = waiting.filter((request) => request.tab !== tab)
    held = held.filter((request) => request.tab !== tab)
    grantAll()
  }

  return { requestOf, leave }
}
