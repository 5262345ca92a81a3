// Work that waits, as a file that the desk takes or another phone carries without reading it.

const MAX_CARRIED = 1000
// What a server takes in one request.
const MAX_CHARACTERS = 900_000

/** The file's text. @type {Engine.writeFile} */
export const writeFile = (envelopes) => `{"rounds":1,"envelopes":[${envelopes.join(",\n")}]}`

/**
 * id -> envelope, of the sealed ones in a file that are new here and find room; none if it is no such
 * file. @type {Engine.readFile}
 */
export function readFile(text, carried, own) {
  /** @type {Map<string, string>} */
  const found = new Map()
  for (const { header, sealed } of envelopesIn(text)) {
    const { id, device, n, key } = header ?? {}
    const hasRoom = carried.size + found.size < MAX_CARRIED
    if (!hasRoom || carried.has(id) || own.has(id)) continue
    if (![id, device, key].every(isId) || !isSealed(sealed)) continue
    if (!Number.isSafeInteger(n) || n < 1) continue
    // Nothing but what belongs in an envelope.
    found.set(id, JSON.stringify({ header: { id, device, n, key }, sealed }))
  }
  return found
}

/** @type {Engine.envelopesIn} */
function envelopesIn(text) {
  try {
    const { rounds, envelopes } = JSON.parse(text)
    return rounds === 1 ? envelopes.filter(Boolean) : []
  } catch {
    return []
  }
}

/** @type {Engine.isText} */
const isId = (value) => typeof value === "string" && /^[\w-]{1,64}$/.test(value)

/** base64url @type {Engine.isText} */
const isSealed = (value) =>
  typeof value === "string" && value.length < MAX_CHARACTERS && /^[\w-]+$/.test(value)
