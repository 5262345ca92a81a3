// Chance that a seed decides, so that the same run happens twice.
import { createHash } from "node:crypto"

const PIECE = 4

/**
 * A stream of chance: sfc32, which is small and passes PractRand.
 * @param {string} seed
 */
export function createChance(seed) {
  const digest = createHash("sha256").update(seed).digest()
  let [a, b, c, counter] = [0, 4, 8, 12].map((at) => digest.readUInt32LE(at))

  function next() {
    const sum = (a + b + counter++) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    return sum >>> 0
  }

  /** Fill a typed array. @template {ArrayBufferView} T @param {T} view @returns {T} */
  function fill(view) {
    const bytes = Buffer.from(view.buffer, view.byteOffset, view.byteLength)
    for (let at = 0; at < bytes.length; at += PIECE) {
      const piece = next()
      for (let byte = at; byte < Math.min(at + PIECE, bytes.length); byte++) {
        bytes[byte] = piece >>> (8 * (byte - at))
      }
    }
    return view
  }

  return { random: () => next() / 2 ** 32, fill, bytes: (size) => fill(new Uint8Array(size)) }
}
