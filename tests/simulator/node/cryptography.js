// A tab's `crypto`. Its chance comes from the seed, and nothing is done in threads, so that a run
// has one order only: the algorithms are OpenSSL's, asked without WebCrypto's detours.
import {
  createCipheriv,
  createDecipheriv,
  createECDH,
  createHash,
  createHmac,
  ECDH,
  hkdfSync,
  pbkdf2Sync,
} from "node:crypto"
import { bytesOf } from "./streams.js"
import { textOf } from "./turns.js"

/** @import {Tab} from "./tab.js" */
/** @typedef {{type: string, algorithm: {name: string}, extractable: boolean, bytes: Buffer}} Key */

const CURVE = "prime256v1"
const TAG = 16

export function createCrypto(/** @type {Tab} */ tab) {
  const { chance, turns } = tab.disk

  /** WebCrypto answers a task later, and so does this. */
  const later = (way) =>
    new Promise((resolve, reject) => {
      tab.later(() => {
        try {
          resolve(way())
        } catch (reason) {
          // The app may well catch it and do without.
          if (reason.name === "NotSupportedError") turns.troubles.push(textOf(reason))
          reject(reason)
        }
      })
    })

  const all = { ...ways, generateKey: () => generatePair(chance) }
  const asked = (name) => {
    const way = all[name] ?? (() => unsupported(name))
    return (...given) => later(() => way(...given))
  }
  return {
    getRandomValues: chance.fill,
    randomUUID: () => uuid4(chance.bytes(16)),
    subtle: new Proxy({}, { get: (_, name) => asked(name) }),
  }
}

const ways = {
  importKey(format, given, algorithm, extractable) {
    if (format !== "raw") unsupported(format)
    const name = algorithm.name ?? algorithm
    const bytes = Buffer.from(bytesOf(given))
    return {
      type: "secret",
      algorithm: { name },
      extractable,
      bytes: name === "ECDH" ? point(bytes) : bytes,
    }
  },

  exportKey: (format, /** @type {Key} */ key) =>
    format === "raw" ? whole(key.bytes) : unsupported(format),

  deriveBits(how, /** @type {Key} */ key, bits) {
    if (how.name === "HKDF" && how.hash === "SHA-256") {
      return hkdfSync("sha256", key.bytes, bytesOf(how.salt), bytesOf(how.info), bits / 8)
    }
    if (how.name === "PBKDF2" && how.hash === "SHA-256") {
      return whole(pbkdf2Sync(key.bytes, bytesOf(how.salt), how.iterations, bits / 8, "sha256"))
    }
    if (how.name !== "ECDH") unsupported(how.name)
    const own = createECDH(CURVE)
    own.setPrivateKey(key.bytes)
    return whole(own.computeSecret(how.public.bytes).subarray(0, bits / 8))
  },

  sign(how, /** @type {Key} */ key, data) {
    if ((how.name ?? how) !== "HMAC") unsupported(how.name ?? how)
    return whole(createHmac("sha256", key.bytes).update(bytesOf(data)).digest())
  },

  encrypt(how, /** @type {Key} */ key, data) {
    const cipher = createCipheriv(cipherOf(how, key), key.bytes, bytesOf(how.iv))
    if (how.additionalData) cipher.setAAD(bytesOf(how.additionalData))
    return whole(Buffer.concat([cipher.update(bytesOf(data)), cipher.final(), cipher.getAuthTag()]))
  },

  decrypt(how, /** @type {Key} */ key, data) {
    const bytes = bytesOf(data)
    const cipher = createDecipheriv(cipherOf(how, key), key.bytes, bytesOf(how.iv))
    if (how.additionalData) cipher.setAAD(bytesOf(how.additionalData))
    cipher.setAuthTag(bytes.subarray(-TAG))
    return refusing("OperationError", () =>
      whole(Buffer.concat([cipher.update(bytes.subarray(0, -TAG)), cipher.final()])),
    )
  },

  digest(how, data) {
    if ((how.name ?? how) !== "SHA-256") unsupported(how.name ?? how)
    return whole(createHash("sha256").update(bytesOf(data)).digest())
  },
}

const whole = (bytes) => new Uint8Array(bytes).buffer

function cipherOf({ name }, key) {
  return name === "AES-GCM" ? `aes-${key.bytes.length * 8}-gcm` : unsupported(name)
}

/** The bytes of a point, if it is one of the curve. */
const point = (bytes) =>
  refusing("DataError", () => {
    ECDH.convertKey(bytes, CURVE)
    return bytes
  })

function refusing(name, way) {
  try {
    return way()
  } catch (reason) {
    throw new DOMException(String(reason), name)
  }
}

function unsupported(what) {
  throw new DOMException(`This crypto has no ${what} yet.`, "NotSupportedError")
}

function generatePair(chance) {
  const pair = createECDH(CURVE)
  // A number over the curve's order comes once in 2³² and is refused loudly.
  pair.setPrivateKey(chance.bytes(32))
  const key = (type, bytes) => ({ type, algorithm: { name: "ECDH" }, extractable: true, bytes })
  return {
    publicKey: key("public", pair.getPublicKey()),
    privateKey: key("private", pair.getPrivateKey()),
  }
}

function uuid4(bytes) {
  bytes[6] = (bytes[6] & 0x0f) | 0x40
  bytes[8] = (bytes[8] & 0x3f) | 0x80
  return Buffer.from(bytes)
    .toString("hex")
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-")
}
