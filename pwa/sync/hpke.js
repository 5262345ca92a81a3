// HPKE (RFC 9180), only what a phone needs: sealing one message in base mode with
// DHKEM(P-256, HKDF-SHA256), HKDF-SHA256 and AES-128-GCM. Judged by the RFC's vectors, A.3.1.

const CURVE = { name: "ECDH", namedCurve: "P-256" }
const VERSION = "HPKE-v1"
const KEM = "KEM\0\x10"
const SUITE = "HPKE\0\x10\0\x01\0\x01"
const NO_SALT = new Uint8Array(32)

/**
 * enc ‖ ciphertext, for whoever has the private key of `to`, an uncompressed point of 65 bytes.
 * `data` may still be on its way, `pair` is the ephemeral key pair. Throws DOMException when `to` is
 * none. @type {Engine.seal}
 */
export async function seal(to, info, data, aad = new Uint8Array(), pair = newPair()) {
  const { subtle } = crypto
  // Each step is a way to another thread and back: what needs no other goes at the same time.
  const hashing = Promise.all([hash("psk_id_hash", ""), hash("info_hash", info)])
  const [{ privateKey, publicKey }, theirs] = await Promise.all([
    pair,
    subtle.importKey("raw", to, CURVE, false, []),
  ])
  const [enc, agreed] = await Promise.all([
    subtle.exportKey("raw", publicKey),
    subtle.deriveBits({ name: "ECDH", public: theirs }, privateKey, 256),
  ])
  const expandShared = await extract(KEM, NO_SALT, "eae_prk", agreed)
  const shared = await expandShared(32, "shared_secret", enc, to)
  const expand = await extract(SUITE, shared, "secret", "")
  const hashes = await hashing
  const [key, iv] = await Promise.all([
    expand(16, "key", "\0", ...hashes),
    expand(12, "base_nonce", "\0", ...hashes),
  ])
  const aes = await subtle.importKey("raw", key, "AES-GCM", false, ["encrypt"])
  const sealed = await subtle.encrypt({ name: "AES-GCM", iv, additionalData: aad }, aes, await data)
  return joined(enc, sealed)
}

function newPair() {
  return crypto.subtle.generateKey(CURVE, false, ["deriveBits"])
}

/**
 * LabeledExtract, and what LabeledExpand makes of it: WebCrypto's HKDF does both at once.
 * @type {Engine.extract}
 */
async function extract(suite, salt, label, secret) {
  const { subtle } = crypto
  const labeled = joined(VERSION, suite, label, secret)
  const key = await subtle.importKey("raw", labeled, "HKDF", false, ["deriveBits"])
  return (size, purpose, ...context) => {
    const length = String.fromCharCode(0, size)
    const info = joined(length, VERSION, suite, purpose, ...context)
    return subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt, info }, key, size * 8)
  }
}

/** LabeledExtract without salt, alone. @type {Engine.labeledHash} */
const hash = (label, data) => hmac(NO_SALT, joined(VERSION, SUITE, label, data))

/** HMAC-SHA256. @type {Engine.hmac} */
export async function hmac(secret, data) {
  const { subtle } = crypto
  const how = { name: "HMAC", hash: "SHA-256" }
  const key = await subtle.importKey("raw", secret, how, false, ["sign"])
  return subtle.sign("HMAC", key, data)
}

/** One array of texts (as UTF-8) and bytes. @type {Engine.joined} */
export function joined(...parts) {
  const bytes = parts.map((part) =>
    typeof part === "string" ? new TextEncoder().encode(part) : new Uint8Array(part),
  )
  const whole = new Uint8Array(bytes.reduce((size, part) => size + part.length, 0))
  let at = 0
  for (const part of bytes) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
