// The kinds of record, as /sync/kinds.json gives them. Twin: sync/kinds.py.

export const COORDINATOR = 3
const RANKS = {
  go_to: 1,
  steward: 1,
  picket_captain: 1,
  organiser: 2,
  coordinator: COORDINATOR,
  administrator: COORDINATOR,
}

/** What stands under a name that came from outside; one may be `constructor`. @type {Engine.own} */
export const own = (from, name) => (from && Object.hasOwn(from, name) ? from[name] : undefined)

/** The field behind a register's name: `phone`, or `answers/platform`. @type {Engine.fieldOf} */
function fieldOf(kind, register) {
  const [name = "", element] = register.split("/")
  const field = own(kind?.fields, name)
  if (!field || (element !== undefined) !== Boolean(field.each)) return undefined
  const isOne = (/** @type {string} */ known) =>
    known === element || (known.endsWith("*") && element?.startsWith(known.slice(0, -1)))
  return field.elements?.some(isOne) === false ? undefined : field
}

/** What this phone does not know is `latest`. @type {Engine.ruleOf} */
export function ruleOf(kind, register) {
  return fieldOf(kind, register)?.rule ?? "latest"
}

/** The highest rank among the roles; 0 for none. @type {Engine.rankOf} */
export function rankOf(roles) {
  return Math.max(0, ...roles.map((role) => own(RANKS, role) ?? 0))
}

/** Whom a record is about, "*" for everyone. Twin: sync/scope.py. @type {Engine.subjectOf} */
export function subjectOf(kind, record, about) {
  if (!kind || kind.about === "everyone") return "*"
  if (kind.about === "id") return record
  return typeof about === "string" ? about : null
}
