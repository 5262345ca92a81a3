// What time it is, and how wrong that may be; in ms since 1970, UTC.

// More than any quartz drifts.
const DRIFT = 1e-4
// Ten years: nobody can tell.
const UNKNOWN_MS = 315_576_000_000

/** What one exchange tells about this device's clock. @type {Engine.measure} */
export function measure(sent, received, server) {
  // A clock that is set while a request is under way makes it seem longer, or shorter than nothing.
  const error_ms = Math.ceil(Math.abs(received - sent) / 2)
  return { offset_ms: Math.round(server - (sent + received) / 2), error_ms, at: received }
}

/** The server's time at a moment of the device's clock. @type {Engine.estimate} */
export function estimate(clock, device) {
  if (!clock) return { at: device, at_error_ms: UNKNOWN_MS }
  const passed = device - clock.at
  const at = clock.at + Math.max(0, passed) + clock.offset_ms
  // Somebody set it back since: it is later than it was then, and nobody can tell how much.
  if (passed < 0) return { at, at_error_ms: UNKNOWN_MS }
  return { at, at_error_ms: clock.error_ms + Math.ceil(passed * DRIFT) }
}
