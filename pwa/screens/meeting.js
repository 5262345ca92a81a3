// A group conversation: what is asked of all at once, what of each, and the saves it becomes.
// Nothing here touches the page.

import { eachOf, visible } from "../sync/questionnaire.js"
import { MAX_CHANGES } from "../sync/save.js"
import { talkChanges } from "./saving.js"

/** @import {Answers, Wish} from "../types/engine" */

/** @type {Screens.newMeeting} */
export const newMeeting = (phone) => ({
  began: phone.now(),
  conversation: "",
  meeting: phone.newId(),
  people: {},
  answers: {},
  when: "just_now",
  day: "",
  how: "in_person",
})

/** What all said and, under `person/question`, what this one did. @type {Screens.answersOf} */
function answersOf({ answers }, person) {
  /** @type {Answers} */
  const found = {}
  for (const [name, value] of Object.entries(answers)) {
    const [key = "", question] = name.split("/")
    if (question === undefined) found[key] = value
    else if (key === person) found[question] = value
  }
  return found
}

/** The questions to all together, without a person; else those to this one. @type {Screens.asks} */
export function asks(questions, draft, person) {
  const each = eachOf(questions)
  return visible(questions, answersOf(draft, person))
    .filter(({ key }) => each.has(key) === (person !== ""))
    .map((one) => (person ? { ...one, key: `${person}/${one.key}` } : one))
}

/** One conversation per person, joined by the meeting. @type {Screens.meetingChanges} */
export const meetingChanges = (phone, questions, draft) =>
  Object.entries(draft.people).map(([person, conversation]) => {
    const own = { ...draft, conversation, answers: answersOf(draft, person) }
    const changes = talkChanges(phone, person, questions, own)
    Object.assign(changes[0]?.set ?? {}, { meeting: draft.meeting })
    return changes
  })

/** As few saves as hold it; nobody's part is split over two. @type {Screens.inSaves} */
export function inSaves(parts) {
  /** @type {Wish[][]} */
  const saves = []
  for (const part of parts) {
    const last = saves.at(-1)
    if (last && last.length + part.length <= MAX_CHANGES) last.push(...part)
    else saves.push([...part])
  }
  return saves
}
