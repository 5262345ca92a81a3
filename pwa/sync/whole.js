// Everything that the saves of everybody add up to. No phone loads this: it holds heads and own
// saves, and folds record by record. Judged by sync/cases/; twin: sync/merge.py, sync/rulings.py.
import { batchOf, foldRecord, foldRulings, recordsOf } from "./merge.js"
import { changeId } from "./save.js"

/**
 * kind/record -> register -> what it shows, for all saves together; order and repeats do not
 * matter. @type {Engine.merge}
 */
export function merge(saves, kinds) {
  const unique = [...new Map(saves.map((stamped) => [stamped.save.id, stamped])).values()]
  const silent = unheard(unique)
  const rulings = foldRulings(unique, silent)
  const merged = new Map()
  for (const key of new Set(unique.flatMap(recordsOf))) {
    const [name = "", record = ""] = key.split("/")
    const kind = Object.hasOwn(kinds, name) && kinds[name]
    const ruled = name === "ruling" ? silent : rulings
    if (kind) merged.set(key, foldRecord(kind, record, unique, ruled))
  }
  return merged
}

/**
 * Rulings that do not act: what they name was not there when they came, and is another's.
 * @type {Engine.unheard}
 */
function unheard(saves) {
  const silent = new Map()
  for (const { save, seq, author } of saves) {
    for (const [at, { kind, record }] of save.changes.entries()) {
      const [id = ""] = record.split(":")
      const isHeard = saves.some((one) => {
        const isIt = one.save.id === id
        const wasThere = Number(one.seq) <= Number(seq)
        return (isIt && one.author === author) || (wasThere && (isIt || batchOf(one) === id))
      })
      if (kind === "ruling" && !isHeard) silent.set(changeId(save.id, at), false)
    }
  }
  return silent
}
