// The phone's own modules, as they are written, once for each tab.
import { readFileSync } from "node:fs"
import { posix, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import vm from "node:vm"

const PWA = fileURLToPath(new URL("../../../pwa", import.meta.url))

/** @type {Map<string, {source: string, compiled: Buffer | undefined}>} */
const read = new Map()

/**
 * What a module exports, evaluated in a context with all it imports.
 * @param {vm.Context} context @param {string} start as `/phone.js`
 * @param {Record<string, string>} edits url -> the module an older app has there
 */
export async function load(context, start, edits) {
  /** @type {Map<string, vm.SourceTextModule>} */
  const graph = new Map()

  function module(url) {
    const found = graph.get(url) ?? compile(url)
    graph.set(url, found)
    return found
  }

  function compile(url) {
    const file = fileOf(url, edits[url])
    // No dynamic import: Node 20 keeps every tab that could do one, for ever.
    const made = new vm.SourceTextModule(file.source, {
      context,
      identifier: url,
      cachedData: file.compiled,
    })
    file.compiled ??= made.createCachedData()
    return made
  }

  const made = module(start)
  await made.link((name, from) => module(resolved(name, from.identifier)))
  await made.evaluate()
  return made.namespace
}

const resolved = (name, from) => posix.resolve(posix.dirname(from), name)

function fileOf(url, edited) {
  const key = `${url} ${edited ?? ""}`
  const found = read.get(key) ?? {
    source: edited ?? readFileSync(resolve(PWA, `.${url}`), "utf8"),
    compiled: undefined,
  }
  read.set(key, found)
  return found
}
