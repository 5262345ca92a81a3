// Served in place of service-worker.js when an administrator turned it off: takes itself and the
// app's files away, never anybody's work. The page must not reload by itself here, or it would
// register this again and again.

const scope = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self))

scope.addEventListener("install", () => scope.skipWaiting())
scope.addEventListener("activate", (event) => event.waitUntil(leave()))

async function leave() {
  const ours = (await caches.keys()).filter((name) => name.startsWith("shell-"))
  await Promise.all(ours.map((name) => caches.delete(name)))
  await scope.registration.unregister()
}
