// Check events paired into sessions when read. Twin: sync/hours.py.
// Events are facts that never change; pairing does not depend on the order they arrived in.
import { put } from "./merge.js"

const CAP_MS = 12 * 3600 * 1000
const DOUBTFUL_MS = 15 * 60 * 1000

/** @typedef {Engine.Session} Session */

/**
 * person -> sessions in order of start, and check-outs that no check-in explains. Overlaps are
 * joined. Without a check-out a session counts up to `now`, at most 12 hours. @type {Engine.pair}
 */
export function pair(events, now) {
  const byPerson = new Map()
  for (const event of events) put(byPerson, event.person, () => new Map()).set(event.id, event)
  return new Map([...byPerson].map(([person, found]) => [person, pairOne(inOrder(found), now)]))
}

/** @type {Engine.inOrder} */
function inOrder(events) {
  return [...events.values()].sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1))
}

/** @type {Engine.pairOne} */
function pairOne(events, now) {
  /** @type {Engine.Paired} */
  const { sessions, strays } = { sessions: [], strays: [] }
  const { person } = /** @type {Engine.Event} */ (events[0])
  /** @type {number | null} */
  let starts = null
  let ins = 0
  let outs = 0
  /** @param {number} ends @param {string[]} flags */
  const end = (ends, ...flags) => {
    sessions.push({ person, starts: Number(starts), ends, flags })
    starts = null
  }
  for (const event of events) {
    const { at } = event
    const last = sessions.at(-1)
    const isLong = starts !== null && at - starts > CAP_MS
    if (event.way === "in") {
      if (isLong) end(Number(starts) + CAP_MS, "capped")
      if (starts === null) {
        starts = at
        ins = outs = 0
      }
      ins++
    } else if (isLong) {
      end(Number(starts) + CAP_MS, "capped")
      strays.push(event)
      ins = 0
    } else if (starts !== null) {
      end(at)
      outs = 1
    } else if (last && outs < ins && at - last.starts <= CAP_MS) {
      // Two captains had checked this person in: the second check-out ends the same stay.
      if (at - last.ends > DOUBTFUL_MS) last.flags = ["doubtful"]
      last.ends = at
      outs++
    } else strays.push(event)
  }
  if (starts !== null && now - starts > CAP_MS) end(starts + CAP_MS, "capped")
  else if (starts !== null) end(Math.max(starts, now), "open")
  return { sessions, strays }
}
