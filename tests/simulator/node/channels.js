// BroadcastChannel between the tabs of one phone.

/** @import {Tab} from "./tab.js" */

export function createChannels() {
  /** @type {Set<{tab: Tab, name: string, tell: (data: unknown) => void}>} */
  const open = new Set()

  /** The class one tab knows. */
  function classFor(/** @type {Tab} */ tab) {
    return class BroadcastChannel extends EventTarget {
      onmessage = null
      #own

      constructor(name) {
        super()
        this.name = name
        this.#own = { tab, name, tell: (data) => this.#tell(data) }
        open.add(this.#own)
      }

      postMessage(data) {
        for (const other of open) {
          if (other === this.#own || other.name !== this.name) continue
          const copy = structuredClone(data)
          other.tab.later(() => open.has(other) && other.tell(copy))
        }
      }

      #tell(data) {
        const message = Object.assign(new Event("message"), { data })
        this.onmessage?.(message)
        this.dispatchEvent(message)
      }

      close() {
        open.delete(this.#own)
      }
    }
  }

  function leave(/** @type {Tab} */ tab) {
    for (const channel of open) if (channel.tab === tab) open.delete(channel)
  }

  return { classFor, leave }
}
