// Keeps the app's offline copy, and offers a new version when one waits.

/**
 * Register the service worker. `offer` hears which version is in use and, when a new one waits,
 * how to use it now; call that only when nobody has anything half-filled.
 * @type {Engine.watchUpdate}
 */
export async function watchUpdate(offer) {
  const { serviceWorker } = navigator
  const url = /** @type {string} */ (trustedAddress("/service-worker.js"))
  const registration = await serviceWorker
    ?.register(url, { updateViaCache: "none" })
    .catch(() => null)
  if (!registration) return
  // iOS may not look for a new version by itself when the app is opened again.
  addEventListener("visibilitychange", () => registration.update().catch(() => {}))

  // The first worker to come takes over a page that had none: that is no update.
  const hadWorker = Boolean(serviceWorker.controller)
  const version = await revision(await serviceWorker.ready)
  let isAskedFor = false
  const useNow = () => {
    isAskedFor = true
    if (registration.waiting) registration.waiting.postMessage("take-over")
    else location.reload()
  }
  const look = () => offer(version, registration.waiting ? useNow : undefined)
  look()
  registration.addEventListener("updatefound", () =>
    registration.installing?.addEventListener("statechange", look),
  )
  serviceWorker.addEventListener("controllerchange", () => {
    if (isAskedFor) location.reload()
    // Another tab took the new version; this one still runs the old.
    else if (hadWorker) offer(version, useNow)
  })
}

/** The revision of the version in use. @type {Engine.revision} */
function revision({ active }) {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = ({ data }) => resolve(data)
    active?.postMessage("revision", [port2])
  })
}

/** register() takes only addresses that a policy of ours made. @type {Engine.trustedAddress} */
function trustedAddress(url) {
  const { trustedTypes } = /** @type {any} */ (globalThis)
  const createScriptURL = (/** @type {string} */ address) => address
  return trustedTypes?.createPolicy("rounds", { createScriptURL }).createScriptURL(url) ?? url
}
