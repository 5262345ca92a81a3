// A save: the unit of "all or none", of transfer and of idempotence. Twin: sync/save.py.

export const SCHEMA = 2
export const MAX_CHANGES = 50

/** The JSON text that travels and is stored. @type {Engine.writeSave} */
export const writeSave = (save) => JSON.stringify(save)

/** The id of one change of a save. @type {Engine.changeId} */
export const changeId = (saveId, position) => `${saveId}:${position}`

/** A UUIDv7 (RFC 9562) of a moment and 10 random bytes. @type {Engine.uuid7} */
export function uuid7(ms, chance) {
  const hex = [...chance].map((byte) => byte.toString(16).padStart(2, "0")).join("")
  const variant = (0x80 | (Number(chance[2]) & 0x3f)).toString(16)
  return (ms.toString(16).padStart(12, "0") + hex).replace(
    /^(.{8})(.{4}).(.{3})..(..)/,
    `$1-$2-7$3-${variant}$4-`,
  )
}
