// The process Python talks to: a line of JSON in, a line of JSON out, one after the other.
import process from "node:process"
import { createInterface } from "node:readline"
import { createDeeds } from "./deeds.js"
import { createPhones } from "./phones.js"
import { textOf } from "./turns.js"

const phones = createPhones()
const deeds = createDeeds(phones)

/** @param {[now: number, what: string, name: string, ...given: unknown[]]} asked */
async function reply([now, what, name, ...given]) {
  phones.world.now = now
  if (what === "make") return { ...(await phones.make(name, given[0])), ...report(name) }
  const seat = phones.seats.get(name)
  if (!seat || !Object.hasOwn(deeds, what)) throw new Error(`${name} cannot ${what}.`)
  return { ...(await deeds[what](seat, ...given)), ...report(name) }
}

/** What goes with every reply; `alive` says of each tab of that phone whether it runs. */
function report(name) {
  const { disk } = phones.seats.get(name) ?? {}
  if (!disk) return {}
  const alive = phones.on(disk).map((seat) => [seat.name, !seat.tab.isDead])
  const troubles = disk.turns.troubles.splice(0)
  return { refused: disk.refused, troubles, alive: Object.fromEntries(alive) }
}

for await (const line of createInterface({ input: process.stdin })) {
  const replies = []
  try {
    for (const asked of JSON.parse(line)) replies.push(await reply(asked))
  } catch (reason) {
    replies.push({ crash: textOf(reason) })
  }
  process.stdout.write(`${JSON.stringify(replies)}\n`)
}
