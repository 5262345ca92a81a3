// An envelope carries one save. The only place that knows how it is wrapped.
// Twin: sync/envelope.py.
import { writeSave } from "./save.js"

/** The envelope's JSON text. @type {Engine.sealEnvelope} */
export function sealEnvelope(save) {
  const { id, device, n } = save
  return JSON.stringify({ header: { id, device, n }, plain: writeSave(save) })
}

/** The save inside an envelope this phone made. @type {Engine.openEnvelope} */
export const openEnvelope = (envelope) => JSON.parse(JSON.parse(envelope).plain)
