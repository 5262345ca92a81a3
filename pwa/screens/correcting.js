// What corrects a talk, and what moves it to another person. Nothing here touches the page.

import { effects, elsewhere, kept } from "../sync/questionnaire.js"
import { spoken } from "../text.js"
import { questionsIn } from "./questions.js"
import { filled, momentOf, talkChanges } from "./saving.js"

/** @import {OwnSave} from "../types/engine" */

/** A talk as it was noted, to be noted otherwise. @type {Screens.draftFrom} */
export const draftFrom = ({ id, when, how, answers }) => ({
  began: when,
  conversation: id,
  answers: filled(answers ?? {}),
  when: "just_now",
  day: "",
  how,
  isNoted: true,
})

/**
 * Only what is said otherwise now: it saw what it corrects, which stays in the history. Where
 * answers point elsewhere, what they said there is withdrawn, so that what stood before shows
 * again, and said anew. @type {Screens.correctedChanges}
 */
export function correctedChanges(phone, talk, questions, draft) {
  const before = filled(talk.answers ?? {})
  const after = kept(questions, draft.answers)
  const facts = { when: momentOf(draft, phone.now()), how: draft.how }
  const set = news(talk, facts, Object.keys(facts))
  const said = news(
    before,
    after,
    questions.map(({ key }) => key),
  )
  for (const [key, value] of Object.entries(said)) set[`answers/${key}`] = value
  const was = effects(questions, before, spoken())
  const told = effects(questions, after, spoken())
  const moved = new Set(Object.keys(news(was, told, Object.keys({ ...was, ...told }))).map(kindOf))
  const fresh = talkChanges(phone, talk.person, questions, draft).filter(
    ({ kind }) => moved.has(kind) && kind !== "person",
  )
  if (moved.has("person")) {
    const set = elsewhere(told).find(({ kind }) => kind === "person")?.set ?? {}
    fresh.push({ kind: "person", record: talk.person, set })
  }
  return [
    { kind: "conversation", record: talk.id, set },
    ...partsOf(phone, talk, moved).map((id) => withdrawn(id, "corrected")),
    ...fresh,
  ].filter((wish) => Object.keys(wish.set).length)
}

/**
 * A talk for whom it was with, as it stands now: one save that also withdraws all that own saves
 * wrote of it. What its answers say of a person is said of this one. @type {Screens.movedChanges}
 */
export function movedChanges(phone, talk, person) {
  const draft = { ...draftFrom(talk), conversation: phone.newId() }
  const { campaign, questionnaire, result, meeting } = talk
  const each = (/** @type {string} */ name) =>
    Object.fromEntries(Object.keys(talk[name] ?? {}).map((id) => [`${name}/${id}`, true]))
  const ran = { campaign, questionnaire, ...each("campaigns"), ...each("questionnaires") }
  const [to, ...rest] = talkChanges(phone, person, questionsIn(phone, talk), draft, ran)
  // Who keeps no talk of it has answers to nothing.
  const set = { ...to?.set, result, meeting }
  return [
    ...partsOf(phone, talk).map((id) => withdrawn(id, "moved")),
    { kind: "conversation", record: draft.conversation, set: filled(set) },
    ...rest,
  ]
}

/** The changes of own saves that are about a talk, those of `kinds` or all. @type {Screens.partsOfTalk} */
function partsOf(phone, { id, person }, kinds) {
  return savesWith(phone, new Set([id])).flatMap((save) =>
    save.changes.flatMap(({ kind, record, set }, at) => {
      const isPart = [record, set.conversation].includes(id) || record === person
      return isPart && (!kinds || kinds.has(kind)) ? [`${save.id}:${at}`] : []
    }),
  )
}

/** The own saves to undo with this one: those that say more of a talk it began. @type {Screens.withIt} */
export function withIt(phone, save) {
  const begun = talksIn(save).filter(({ set }) => set.person)
  const all = savesWith(phone, new Set(begun.map(({ record }) => record)))
  return [...new Set([save, ...all].map(({ id }) => id))]
}

/** @type {Screens.savesWith} */
export const savesWith = (phone, talks) =>
  phone.saves().filter((one) => !one.undone && talksIn(one).some(({ record }) => talks.has(record)))

/** The saves of one meeting as one. @type {Screens.deeds} */
export function deeds(saves) {
  /** @type {Map<unknown, OwnSave>} */
  const found = new Map()
  for (const save of saves) {
    const key = talksIn(save)[0]?.set.meeting ?? save.id
    const first = found.get(key)
    found.set(key, first ? { ...first, changes: [...first.changes, ...save.changes] } : save)
  }
  return [...found.values()]
}

/** @type {Screens.talksIn} */
export const talksIn = (save) => save.changes.filter(({ kind }) => kind === "conversation")

/** @type {Screens.withdrawn} */
const withdrawn = (record, reason) => ({ kind: "ruling", record, set: { counts: false, reason } })

/** @type {Screens.kindOf} */
const kindOf = (target) => target.split(".")[0] ?? ""

/** What differs under these names; what is not there any more is null. @type {Screens.news} */
const news = (was, told, names) =>
  Object.fromEntries(
    names.filter((name) => was[name] !== told[name]).map((name) => [name, told[name] ?? null]),
  )
