// Holds the app's files, whole or not at all, so that it opens without signal.
// Types: tsconfig.worker.json. The server fills in the next line.

/** @typedef {[url: string, integrity: string]} Listed */
/** @type {{precache: Listed[], captain: Listed[], revision: string}} */
const { precache, captain, revision } = { precache: [], captain: [], revision: "" }

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self))
const CACHE = `shell-${revision}`
const SHELL = new Set([...precache, ...captain].map(([url]) => url))
// Navigations the phone's app has no screen for.
const NOT_OURS = /^\/(desk|health|sync)(\/|$)/

worker.addEventListener("install", (event) => event.waitUntil(install()))
worker.addEventListener("activate", (event) => event.waitUntil(activate()))

// A new version waits until the page says so: nobody loses a half-filled form to it.
worker.addEventListener("message", (event) => {
  if (event.data === "take-over") worker.skipWaiting()
  if (event.data === "captain") event.waitUntil(keepCaptains())
  if (event.data === "revision") event.ports[0]?.postMessage(revision)
})

worker.addEventListener("fetch", (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  // WebKit sends empty bodies when a worker touches anything but GET.
  if (request.method !== "GET" || origin !== location.origin) return
  if (request.mode === "navigate") {
    if (!NOT_OURS.test(pathname)) event.respondWith(answer("/index.html", request))
  } else if (SHELL.has(pathname)) event.respondWith(answer(pathname, request))
})

/** One file missing or changed on the way, and the version in use stays as it is. */
async function install() {
  const files = (await isCaptains()) ? [...precache, ...captain] : precache
  // After a rollback these may be the files in use.
  const wasThere = await caches.has(CACHE)
  try {
    await keep(files)
  } catch (reason) {
    if (!wasThere) await caches.delete(CACHE)
    throw reason
  }
}

/** Captains' phones say what they are at every start. */
async function keepCaptains() {
  if (!(await isCaptains())) await keep(captain)
}

/** Whether an earlier version kept what only captains open. */
async function isCaptains() {
  const all = await Promise.all((await caches.keys()).map(async (name) => caches.open(name)))
  const kept = await Promise.all(all.map((cache) => cache.keys()))
  return kept.flat().some(({ url }) => url.includes("/captain"))
}

/** @param {Listed[]} files */
async function keep(files) {
  const replies = await Promise.all(files.map(download))
  const cache = await caches.open(CACHE)
  await Promise.all(replies.map(([url, reply]) => cache.put(url, reply)))
}

/**
 * @param {Listed} file
 * @returns {Promise<[string, Response]>}
 */
async function download([url, integrity]) {
  /** @param {RequestCache} cache */
  const get = (cache) => fetch(url, { integrity, cache, credentials: "omit", redirect: "error" })
  // What the browser kept of an unchanged file is good, unless it came broken.
  const reply = await get("no-cache").catch(() => get("reload"))
  if (!reply.ok) throw new Error(`${url}: ${reply.status}`)
  return [url, reply]
}

async function activate() {
  const old = (await caches.keys()).filter((name) => name.startsWith("shell-") && name !== CACHE)
  await Promise.all(old.map((name) => caches.delete(name)))
  await worker.clients.claim()
}

/**
 * The file from the cache; from the network if the browser threw the cache away.
 * @param {string} path
 * @param {Request} request
 */
async function answer(path, request) {
  return (await caches.match(path, { cacheName: CACHE })) ?? fetch(request)
}
