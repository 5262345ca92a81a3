// What Node would do in its thread pool, done at once: a run has no other order than its own.
import zlib from "node:zlib"

const PACK = { gzip: zlib.gzipSync, deflate: zlib.deflateSync, "deflate-raw": zlib.deflateRawSync }
const UNPACK = {
  gzip: zlib.gunzipSync,
  deflate: zlib.inflateSync,
  "deflate-raw": zlib.inflateRawSync,
}

/** The bytes of a request's body. @returns {Buffer} */
export function bytesOf(body) {
  if (body === undefined || body === null) return Buffer.alloc(0)
  if (typeof body === "string") return Buffer.from(body)
  if (body instanceof WholeBlob) return body.whole
  if (ArrayBuffer.isView(body)) return Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  return Buffer.from(body)
}

export class WholeBlob extends Blob {
  constructor(parts = [], options = {}) {
    super(parts, options)
    this.whole = Buffer.concat([...parts].map(bytesOf))
  }

  stream() {
    const { whole } = this
    return new ReadableStream({
      start(controller) {
        controller.enqueue(new Uint8Array(whole))
        controller.close()
      },
    })
  }

  async text() {
    return this.whole.toString()
  }

  async arrayBuffer() {
    return new Uint8Array(this.whole).buffer
  }
}

/** A class like CompressionStream or DecompressionStream. */
const classOf = (ways) =>
  class {
    constructor(format) {
      if (!Object.hasOwn(ways, format)) throw new TypeError(`No such format: ${format}`)
      const parts = []
      const { readable, writable } = new TransformStream({
        transform: (chunk) => void parts.push(Buffer.from(bytesOf(chunk))),
        flush(controller) {
          controller.enqueue(new Uint8Array(unthrown(ways[format], Buffer.concat(parts))))
        },
      })
      Object.assign(this, { readable, writable })
    }
  }

function unthrown(way, bytes) {
  try {
    return way(bytes)
  } catch (reason) {
    throw new TypeError("These bytes are not in that format.", { cause: reason })
  }
}

export const CompressionStream = classOf(PACK)
export const DecompressionStream = classOf(UNPACK)
