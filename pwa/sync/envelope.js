// An envelope carries one save. The only place that knows how it is wrapped.
// Twin: sync/envelope.py.
import { hmac, joined, seal } from "./hpke.js"
import { writeSave } from "./save.js"

/**
 * The envelope's JSON text: sealed to the server's key, with a MAC under the device's own inside.
 * @type {Engine.sealEnvelope}
 */
export async function sealEnvelope(save, key, secret) {
  const { id, device, n } = save
  const text = writeSave(save)
  try {
    const info = joined(["rounds/1", id, device, n, key.id].join("\n"))
    // Whoever holds a phone waits for this: the key is agreed on while the text is packed.
    const data = marked(info, text, bytesOf(secret))
    const [sealed] = await Promise.all([seal(bytesOf(key.public), info, data), data])
    return JSON.stringify({ header: { id, device, n, key: key.id }, sealed: textOf(sealed) })
  } catch {
    // No key yet, or no WebCrypto, as on http. Whatever it is, the save must be kept.
    return JSON.stringify({ header: { id, device, n }, plain: text })
  }
}

/** What is sealed: how the text is packed, its MAC, the text. @type {Engine.marked} */
async function marked(info, text, secret) {
  const small = await packed("deflate-raw", text)
  const flag = small ? "\x01" : "\0"
  const data = small ?? text
  return joined(flag, await hmac(secret, joined(info, flag, data)), data)
}

/** The save in a plain envelope; null for a sealed one. @type {Engine.openEnvelope} */
export const openEnvelope = (envelope) => JSON.parse(JSON.parse(envelope).plain ?? "null")

/** A text compressed, as bytes; null where this browser cannot. @type {Engine.packed} */
export async function packed(format, text) {
  try {
    const { readable, writable } = new CompressionStream(format)
    const writer = writable.getWriter()
    writer.write(joined(text))
    writer.close()
    return await new Response(readable).arrayBuffer()
  } catch {
    return null
  }
}

/** @type {Engine.bytesOf} base64url */
function bytesOf(text) {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"))
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0))
}

/** @type {Engine.textOf} base64url without padding */
export function textOf(bytes) {
  const letters = Array.from(bytes, (byte) => String.fromCharCode(byte))
  return btoa(letters.join("")).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "")
}
