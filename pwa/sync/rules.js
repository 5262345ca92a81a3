// The head function: which writes to one register stand, and what they show.
// Judged by sync/cases/; twin: sync/rules.py.
import { COORDINATOR } from "./kinds.js"

const UNCERTAIN_MS = 5 * 60 * 1000
const ON_WINS = ["sticky", "set"]

/**
 * The counted writes that no other counted write removed, in order of id. A write that does not
 * count passes on what it saw. @type {Engine.heads}
 */
export function heads(rule, writes, counted) {
  const gone = new Set()
  const standing = [...writes.values()].filter((write) => counted.has(write.id))
  const seen = new Map(standing.map((write) => [write.id, sightings(write, writes, counted)]))
  const tied = knot(seen)
  for (const later of standing) {
    for (const id of seen.get(later.id) ?? []) {
      const earlier = writes.get(id)
      const isTied = tied.has(later.id) && tied.has(id)
      if (earlier && !isTied && removes(rule, later, earlier)) gone.add(id)
    }
  }
  return standing.filter((write) => !gone.has(write.id)).sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** What the heads of one register show by its rule. @type {Engine.shown} */
export function shown(rule, standing) {
  const look = { conflict: false, proposals: [] }
  if (!standing[0]) return { value: null, id: null, ...look }
  if (ON_WINS.includes(rule)) {
    const on = standing.filter((head) => head.value === true)
    return { value: on.length > 0, id: latest(on.length ? on : standing).id, ...look }
  }
  if (rule === "consent") {
    const no = [false, null]
      .map((value) => standing.filter((head) => head.value === value))
      .find((found) => found[0])
    const { value, id } = latest(no ?? standing)
    return { value, id, ...look }
  }
  if (!standing[1]) return { value: standing[0].value, id: standing[0].id, ...look }
  const top = Math.max(...standing.map((head) => head.rank))
  const rivals = standing.filter((head) => rule !== "authority" || head.rank === top)
  const pick = (rule === "once" ? earliest : latest)(rivals)
  const differs = (/** @type {import("../types/engine").Head} */ head) =>
    JSON.stringify(head.value) !== JSON.stringify(pick.value)
  const unsure = rule !== "latest" || rivals.some((head) => head.at_error_ms > UNCERTAIN_MS)
  return {
    value: pick.value,
    id: pick.id,
    conflict: unsure && rivals.some(differs),
    proposals: standing.filter((head) => !rivals.includes(head) && differs(head)),
  }
}

/** Asks to be left alone: acts also in a save that is held. @type {Engine.protects} */
export const protects = (rule, value) =>
  (rule === "sticky" && value === true) || (rule === "consent" && value === false)

/** @type {Engine.removes} */
function removes(rule, later, earlier) {
  if (rule === "sticky" && earlier.value === true && later.value !== true) {
    return later.rank >= COORDINATOR
  }
  return rule !== "authority" || later.rank >= earlier.rank
}

/** The counting writes that one write saw. @type {Engine.sightings} */
function sightings({ id, saw }, writes, counted) {
  // A Set yields what is added to it while it is walked.
  const seen = new Set(saw)
  for (const earlier of seen) {
    if (!counted.has(earlier)) for (const older of writes.get(earlier)?.saw ?? []) seen.add(older)
  }
  return [...seen].filter(
    (earlier) => earlier !== id && counted.has(earlier) && writes.has(earlier),
  )
}

/**
 * The writes that claim to have seen each other in a circle, and those between two: only a lie
 * does, and it removes nothing. @type {Engine.knot}
 */
const knot = (seen) => new Set(endless(endless(seen)).keys())

/** Turned round, the edges between those from where one can go on for ever. @type {Engine.endless} */
function endless(edges) {
  const turned = new Map(Array.from(edges, ([id]) => [id, /** @type {string[]} */ ([])]))
  const left = new Map()
  const ends = new Set()
  for (const [id, others] of edges) {
    left.set(id, others.length)
    if (!others.length) ends.add(id)
    for (const other of others) turned.get(other)?.push(id)
  }
  // A Set yields what is added to it while it is walked.
  for (const end of ends) {
    for (const id of turned.get(end) ?? []) {
      left.set(id, left.get(id) - 1)
      if (!left.get(id)) ends.add(id)
    }
    turned.delete(end)
  }
  return turned
}

/** @type {Engine.ofHeads} */
const latest = (standing) => standing.reduce((a, b) => (isAfter(b, a) ? b : a))

/** @type {Engine.ofHeads} */
const earliest = (standing) => standing.reduce((a, b) => (isAfter(a, b) ? b : a))

/** Ids break ties: two phones can save in the same millisecond. @type {Engine.isAfter} */
const isAfter = (one, other) => one.at > other.at || (one.at === other.at && one.id > other.id)
