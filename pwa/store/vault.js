// The key to what can be read on this phone, and the boxes it shuts. Where a browser has no
// WebCrypto, as on http, boxes stay open.
import { problem } from "../problems.js"
import { textOf } from "../sync/envelope.js"
import { hmac, joined } from "../sync/hpke.js"

// PBKDF2 comes with every browser. Argon2id would be a WebAssembly of 10 kB or more, which the
// Content-Security-Policy would have to allow, and six digits fall to either in the end.
export const ROUNDS = 600_000
const IV_LENGTH = 12

/** @type {Engine.Bytes | null} */
let secret = null
/** @type {CryptoKey | null} */
let aes = null

export const canShut = () => Boolean(crypto.subtle)
export const isOpen = () => aes !== null || !canShut()

/** From now on boxes are shut and opened with a key nobody has seen yet. */
export const makeKey = () => useKey(chance(32))

export function dropKey() {
  secret = null
  aes = null
}

/** @type {Engine.useKey} */
async function useKey(bytes) {
  aes = await aesOf(bytes)
  secret = bytes
}

/** A value as JSON, encrypted. Throws problem locked. @type {Engine.shut} */
export async function shut(value) {
  if (!canShut()) return value
  if (!aes) throw problem("locked")
  return encrypted(aes, joined(JSON.stringify(value)))
}

/** What is in a box; throws when this key does not open it. @type {Engine.opened} */
export async function opened(box) {
  if (!ArrayBuffer.isView(box)) return box
  if (!aes) throw problem("locked")
  return JSON.parse(
    new TextDecoder().decode(await decrypted(aes, /** @type {Engine.Bytes} */ (box))),
  )
}

/** The same for the same name, and nobody can tell the name from it. @type {Engine.hidden} */
export async function hidden(name) {
  if (!canShut()) return name
  if (!secret) throw problem("locked")
  return textOf(new Uint8Array(await hmac(secret, joined("name ", name))))
}

/** The key itself, shut with a PIN or passphrase. @type {Engine.lockedWith} */
export async function lockedWith(pin, rounds) {
  const salt = chance(16)
  const key = await encrypted(await stretched(pin, { salt, rounds }), secret ?? chance(0))
  return { salt, rounds, key }
}

/** Use the key in a lock. Resolves to false when the PIN is wrong. @type {Engine.openedWith} */
export async function openedWith({ key }, stretched) {
  const found = await decrypted(stretched, key).catch(() => null)
  if (found) await useKey(new Uint8Array(found))
  return found !== null
}

/** What a PIN opens a lock with. @type {Engine.stretched} */
export async function stretched(pin, { salt, rounds }) {
  const { subtle } = crypto
  const bytes = joined(pin.normalize("NFKC"))
  const key = await subtle.importKey("raw", bytes, "PBKDF2", false, ["deriveBits"])
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds }
  return aesOf(await subtle.deriveBits(how, key, 256))
}

/** @type {Engine.aesOf} */
const aesOf = (bytes) =>
  crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"])

/** iv ‖ ciphertext @type {Engine.encrypted} */
async function encrypted(key, bytes) {
  const iv = chance(IV_LENGTH)
  return joined(iv, await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, bytes))
}

/** @type {Engine.decrypted} */
const decrypted = (key, box) =>
  crypto.subtle.decrypt(
    { name: "AES-GCM", iv: box.subarray(0, IV_LENGTH) },
    key,
    box.subarray(IV_LENGTH),
  )

/** 256 bits that name nothing, for who has to bring a token. */
export const newToken = () => textOf(chance(32))

/** @type {Engine.chance} */
const chance = (length) => crypto.getRandomValues(new Uint8Array(length))
