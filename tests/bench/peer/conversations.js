/**
 * The peer's documents: conversations of about 560 bytes of JSON, the same at every run.
 * The words and shapes are those of tests/bench/workload.py.
 */

import { readFileSync } from "node:fs"

const { words: WORDS } = JSON.parse(readFileSync(new URL("../words.json", import.meta.url), "utf8"))

/**
 * @param {number} count
 * @param {number} seed runs with other seeds give other ids
 * @returns {object[]} documents with `_id`, ready for bulkDocs
 */
export function conversations(count, seed) {
  const random = chance(seed)
  return Array.from({ length: count }, () => conversation(random))
}

/** @param {() => number} random */
function conversation(random) {
  const upTo = (/** @type {number} */ most) => Math.floor(random() * most)
  const one = (/** @type {string[]} */ from) => from[upTo(from.length)]
  return {
    _id: uuid(upTo),
    kind: "conversation",
    member: `m${upTo(100000)}`,
    steward: `s${upTo(2000)}`,
    site: `site-${upTo(80)}`,
    form: "2026-q3-1on1",
    formv: 3,
    at: new Date(1.78e12 + upTo(1e10)).toISOString(),
    answers: {
      support: 1 + upTo(5),
      strike: one(["yes", "no", "unsure", "refused"]),
      issues: [one(WORDS), one(WORDS)],
      asked_to: one(["petition", "rally", "picket"]),
      will: random() > 0.5,
      dnc: random() > 0.97,
    },
    note: Array.from({ length: 26 + upTo(8) }, () => one(WORDS)).join(" "),
    tz: "America/Chicago",
    dev: `d${upTo(3000)}`,
  }
}

/** @param {(most: number) => number} upTo */
function uuid(upTo) {
  const hex = Array.from({ length: 32 }, () => upTo(16).toString(16)).join("")
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5")
}

/**
 * mulberry32: small, seeded, good enough for made-up answers.
 * @param {number} seed
 */
function chance(seed) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}
