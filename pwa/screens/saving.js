// How what happened becomes the changes of one save.

import { effects, elsewhere, kept } from "../sync/questionnaire.js"
import { addDays, dayOf, noonOf, spoken, t } from "../text.js"
import { myList, nextAfter, runningCampaigns } from "./my_list.js"
import { painted } from "./paint.js"

/** @import {Value, Wish} from "../types/engine" */

const FRAME_MS = 17
const TWO_HOURS_MS = 7_200_000
const MORNING_MS = 42_000_000

/** A try that was no talk. @type {Screens.resultChanges} */
export function resultChanges(phone, person, result, how = "in_person", when = phone.now()) {
  const set = { person, ...campaignsNow(phone), when, how, result }
  return [{ kind: "conversation", record: phone.newId(), set }]
}

/** A talk: the conversation, then what its questions point to. @type {Screens.talkChanges} */
export function talkChanges(phone, person, questions, draft, ran = campaignsNow(phone, true)) {
  const { conversation, answers, how } = draft
  const when = momentOf(draft, phone.now())
  /** @type {Record<string, Value>} */
  const set = filled({ person, ...ran, when, how, result: "talked" })
  for (const [key, value] of Object.entries(kept(questions, answers))) set[`answers/${key}`] = value
  /** @type {Wish[]} */
  const changes = [{ kind: "conversation", record: conversation, set }]
  const owner = phone.me?.volunteer ?? null
  for (const { kind, set } of elsewhere(effects(questions, answers, spoken()))) {
    if (kind === "person") {
      const details = changedDetails(phone, person, set)
      if (Object.keys(details).length) changes.push({ kind, record: person, set: details })
    } else {
      Object.assign(set, { person, conversation })
      if (kind === "follow_up") Object.assign(set, { owner, state: "open" })
      changes.push({ kind, record: phone.newId(), set })
    }
  }
  return changes
}

/** What runs now, and what it asks: one talk counts for all campaigns. @type {Screens.campaignsNow} */
function campaignsNow(phone, isTalk = false) {
  const campaigns = runningCampaigns(phone)
  /** @type {Record<string, Value>} */
  const set = {}
  for (const { id, questionnaire } of campaigns) {
    set.campaign ??= id
    if (campaigns[1]) set[`campaigns/${id}`] = true
    if (!isTalk || !questionnaire) continue
    set.questionnaire ??= questionnaire
    if (campaigns[1]) set[`questionnaires/${questionnaire}`] = true
  }
  return set
}

/** @type {Screens.momentOf} */
export function momentOf(draft, now) {
  const today = dayOf(now)
  if (draft.when === "earlier_today")
    return Math.max(noonOf(today) - MORNING_MS, now - TWO_HOURS_MS)
  if (draft.when === "when_yesterday") return noonOf(addDays(today, -1))
  if (draft.when === "another_day" && draft.day) return noonOf(draft.day)
  return draft.began
}

/** Save, and say so aloud when that failed. @type {Screens.keep} */
export async function keep(app, changes) {
  try {
    return await app.phone.save(changes)
  } catch {
    app.say(t("save_failed"), undefined, true)
    return null
  }
}

/** The same, deaf to a second tap while the first is under way. @type {Screens.keepOnce} */
export async function keepOnce(app, changes) {
  const { ui } = app
  if (ui.isSaving) return null
  ui.isSaving = true
  const save = await keep(app, changes)
  ui.isSaving = save !== null
  return save
}

/** `words` before what is always said @type {Screens.saveAndReturn} */
export async function saveAndReturn(app, person, changes, words) {
  const save = await keepOnce(app, changes)
  if (save) await backToList(app, person, save, words)
}

/**
 * Told that it is safe, then back in the list, at the next name: drawing that takes longer than
 * anybody should wait for the word. @type {Screens.backToList}
 */
export async function backToList(app, person, save, words = "") {
  const { ui } = app
  app.tell({ text: `${words} ${t("saved")}`.trim(), undo: save.id })
  // Whoever closes the app now opens it again in the list.
  history.replaceState(null, "", "/")
  await painted(FRAME_MS)
  // Somebody went on by themselves, or it was locked.
  if (app.ui !== ui) return
  const list = app.memo("list", () => myList(app.phone))
  app.next = nextAfter(app.order, person, list)
  app.go("/", true, true)
}

/** Only what differs from what is known. @type {Screens.changedDetails} */
export function changedDetails(phone, person, told) {
  const known = phone.get("person", person)
  const isNews = (/** @type {[string, Value]} */ [key, value]) => {
    const [field = "", element] = key.split("/")
    const before = element ? known?.[field]?.[element] : known?.[field]
    // An answer given again is news: it has a day.
    return field.startsWith("consent") || JSON.stringify(before ?? null) !== JSON.stringify(value)
  }
  return Object.fromEntries(Object.entries(told).filter(isNews))
}

/** @type {Screens.filled} */
export function filled(set) {
  const there = Object.entries(set).filter(([, value]) => value !== undefined && value !== null)
  return /** @type {Record<string, Value>} */ (Object.fromEntries(there))
}
