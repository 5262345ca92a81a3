// What time it is, and how wrong that may be; in ms since 1970, UTC.

// More than any quartz drifts.
const DRIFT = 1e-4
const UNKNOWN_MS = 24 * 3600 * 1000

/** What one exchange tells about this device's clock. @type {Engine.measure} */
export function measure(sent, received, server) {
  const error_ms = Math.ceil(Math.max(0, received - sent) / 2)
  return { offset_ms: Math.round(server - (sent + received) / 2), error_ms, at: received }
}

/** The server's time at a moment of the device's clock. @type {Engine.estimate} */
export function estimate(clock, device) {
  const at = device + (clock?.offset_ms ?? 0)
  // Never measured, or somebody set it back since.
  if (!clock || device < clock.at) return { at, at_error_ms: UNKNOWN_MS }
  return { at, at_error_ms: clock.error_ms + Math.ceil((device - clock.at) * DRIFT) }
}
