// What a phone's vault holds on disk, read with its PIN: by OpenSSL, not by the app's own words.
import { createDecipheriv, pbkdf2Sync } from "node:crypto"
import { readAll } from "./databases.js"
import { PIN } from "./tab.js"

const IV = 12
const TAG = 16

/** store -> its records, each box replaced by what is in it. @returns {Map<string, any[]>} */
export function readUnlocked(factory) {
  const stores = readAll(factory)
  const lock = (stores.get("settings") ?? []).find(({ key }) => key === "lock")?.value
  if (!lock) return stores
  const key = decrypted(pbkdf2Sync(PIN, lock.salt, lock.rounds, 32, "sha256"), lock.key)
  const read = (box) => (ArrayBuffer.isView(box) ? JSON.parse(decrypted(key, box)) : box)
  const ofAll = (name, open) => stores.set(name, (stores.get(name) ?? []).map(open))
  ofAll("saves", ({ key, value: { kept, ...row } }) => ({ key, value: { ...row, ...read(kept) } }))
  for (const name of ["pages", "inside"]) ofAll(name, (one) => ({ ...one, value: read(one.value) }))
  return stores
}

/** "kind/id" -> record, as the pages add up to. */
export function recordsIn(stores) {
  const found = new Map()
  for (const { value } of stores.get("pages") ?? []) {
    for (const { kind, id } of value.drops) found.delete(`${kind}/${id}`)
    for (const record of value.puts) found.set(`${record.kind}/${record.id}`, record)
  }
  return found
}

function decrypted(key, box) {
  const decipher = createDecipheriv(`aes-${key.length * 8}-gcm`, key, box.subarray(0, IV))
  decipher.setAuthTag(box.subarray(-TAG))
  return Buffer.concat([decipher.update(box.subarray(IV, -TAG)), decipher.final()])
}
