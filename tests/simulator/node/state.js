// What a phone's disk says, and what its screens would show.
import { readUnlocked, recordsIn } from "./inside.js"
import { createTab, open } from "./tab.js"

/** @import {Disk} from "./disk.js" */
/** @import {Tab} from "./tab.js" */

/** All of it. @param {Disk} disk @param {Tab | null} tab a running one, if any */
export async function readState(disk, tab) {
  const brief = readBrief(disk, tab)
  return { ...brief, shown: await readShown(disk, tab, Object.keys(brief.records)) }
}

/** All but what screens would show. @param {Disk} disk @param {Tab | null} tab */
export function readBrief(disk, tab) {
  const stores = readUnlocked(disk.factory)
  const settings = new Map((stores.get("settings") ?? []).map(({ key, value }) => [key, value]))
  const rows = (stores.get("saves") ?? []).map(({ value }) => value)
  const carried = (stores.get("carried") ?? []).map(({ key }) => key)
  const who = (stores.get("inside") ?? []).find(({ key }) => key === "who")?.value
  const waiting = rows.filter((row) => !row.receipt)
  return {
    device: who?.me.device ?? null,
    volunteer: who?.me.volunteer ?? null,
    waiting: [...waiting.map((row) => row.id), ...carried],
    set_aside: tab?.phone ? setAside(tab.phone) : [],
    carried,
    receipts: Object.fromEntries(rows.filter((row) => row.receipt).map((r) => [r.id, r.receipt])),
    saved: disk.saved,
    cursor: settings.get("cursor") ?? null,
    records: Object.fromEntries(
      Array.from(recordsIn(stores), ([key, { fields }]) => [key, fields]),
    ),
    shown: {},
    is_wiped: settings.get("my/wiped") === true,
  }
}

/** Every value on the disk, envelopes too, and what is in boxes. */
export const dump = (disk) =>
  JSON.stringify(
    [...readUnlocked(disk.factory)].map(([name, all]) => [name, all.map((r) => r.value)]),
  )

const setAside = (phone) =>
  phone.saves().flatMap(({ id, seq, reason }) => (seq === null && reason ? [id] : []))

/** A dead phone is opened on a copy of its disk, where there is no signal. */
async function readShown(disk, tab, records) {
  if (tab?.phone) return shown(tab.phone, records)
  const other = createTab(disk.copy("shown"))
  await other.disk.turns.settle(() => open(other))
  return other.phone ? shown(other.phone, records) : {}
}

/** "kind/id" -> register -> value, id, conflict: all that has heads, as the phone's engine says. */
function shown(phone, records) {
  const own = phone.saves().flatMap((save) => save.changes.map(({ kind }) => kind))
  const sent = records.map((key) => key.split("/")[0])
  const kinds = new Set([...Object.keys(phone.kinds), ...sent, ...own])
  kinds.delete("ruling")
  const found = {}
  for (const kind of kinds) {
    for (const record of phone.all(kind)) {
      const registers = registersOf(record).map((register) => {
        const { value, id, conflict } = phone.register(kind, record.id, register)
        return [register, { value, id, conflict }]
      })
      found[`${kind}/${record.id}`] = Object.fromEntries(registers)
    }
  }
  return found
}

/** Of a record as screens see it: an object stands for the elements of a field. */
function registersOf(record) {
  return Object.entries(record).flatMap(([name, value]) => {
    if (name === "id") return []
    return typeof value === "object" && value !== null
      ? Object.keys(value).map((element) => `${name}/${element}`)
      : [name]
  })
}
