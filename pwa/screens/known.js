// Of what is known of somebody: what cannot be, whom else a name may be, what a save says of it.
// Nothing here touches the page.

import { dayOf, plain } from "../text.js"
import { changedDetails } from "./saving.js"

/** The first field that cannot be as it was typed; all but a name may be empty. @type {Screens.mistyped} */
export function mistyped({ phone, email }, name) {
  if (!name?.trim()) return "name"
  if (phone && !/^(\D*\d){7,15}\D*$/.test(phone)) return "phone"
  return email && !/^\s*[^\s@]+@[^\s@]+\.[^\s@]+\s*$/.test(email) && "email"
}

/** Whom of my list a name may be: one of its words begins one of theirs. @type {Screens.alike} */
export function alike(phone, name) {
  const words = plain(name).split(/[\s-]+/)
  return phone
    .all("assignment")
    .flatMap(({ id }) => phone.get("person", id) ?? [])
    .filter((one) =>
      plain(`${one.name} ${one.preferred_name}`)
        .split(/[\s-]+/)
        .some((own) => words.some((word) => word[1] && own.startsWith(word))),
    )
}

/** What differs from what is known; of somebody new all, and that I have them. @type {Screens.changesOf} */
export function changesOf(phone, typed, record, isNew) {
  /** @type {Record<string, any>} */
  const said = {}
  for (const [key, value] of Object.entries(typed)) said[key] = value.trim() || null
  const volunteer = phone.me?.volunteer ?? ""
  if (isNew) {
    const own = phone.get("volunteer", volunteer)?.local
    said.local = own ?? phone.get("worksite", said.worksite)?.local ?? null
  }
  const changes = [{ kind: "person", record, set: changedDetails(phone, record, said) }]
  const list = { volunteer, picked: true, since: dayOf(phone.now()) }
  if (isNew) changes.push({ kind: "assignment", record, set: list })
  return changes.filter(({ set }) => Object.keys(set)[0])
}
