// Questions, skip logic, and what answers point to. Twin: sync/questionnaire.py.
import { own } from "./kinds.js"

const DONT_KNOW = "dont_know"
const YES_NO = ["yes", "no"]
/** What is answered with keys, and the keys where the questionnaire names none. @type {Record<string, string[]>} */
const CHOSEN = {
  choice: [],
  multiple: [],
  yes_no: YES_NO,
  consent: YES_NO,
  scale: [..."12345"],
  ask: ["yes", "maybe", "no"],
}
const SHARED = ["text", "long_text", "number", "day", "note"]

/** The questions of a questionnaire record. @type {Engine.readQuestions} */
export const readQuestions = (text) => JSON.parse(text)

/** Several questionnaires as one: each key once, as first asked. @type {Engine.together} */
export function together(questionnaires) {
  const found = new Map()
  for (const question of questionnaires.flat()) {
    if (!found.has(question.key)) found.set(question.key, question)
  }
  return [...found.values()]
}

/**
 * What there is to choose; one without `text` is said the same in all questionnaires. "Don't know"
 * is always there; for an ask it is that it was not asked. @type {Engine.choicesOf}
 */
export function choicesOf({ type, choices }) {
  const keys = own(CHOSEN, type)
  if (!keys) return []
  const said = choices?.length ? choices : keys.map((key) => ({ key }))
  const last = type === "ask" ? "not_asked" : DONT_KNOW
  return said.some(({ key }) => key === last) ? said : [...said, { key: last }]
}

/**
 * The questions that show for these answers, in order. A question with `when` shows if the
 * question it names shows and was answered so; without `is`, if it was answered at all.
 * @type {Engine.visible}
 */
export function visible(questions, answers) {
  const showing = new Map()
  for (const question of questions) {
    const { when } = question
    const asked = when && showing.get(when.question)
    const keys = asked ? chosen(asked, answers) : []
    if (!when || (when.is ? keys.some((key) => when.is?.includes(key)) : keys.length)) {
      showing.set(question.key, question)
    }
  }
  return [...showing.values()]
}

/**
 * kind.register -> what answers write elsewhere (`to`, `sets`, an ask's action). `language`: in
 * which the questions were asked, for the wording of a consent. @type {Engine.effects}
 */
export function effects(questions, answers, language) {
  /** @type {ReturnType<Engine.effects>} */
  const found = {}
  const said = kept(questions, answers)
  for (const question of questions) {
    const value = own(said, question.key)
    if (value !== undefined) Object.assign(found, written(question, value, language))
  }
  return found
}

/** What each record is given that effects are written to. @type {Engine.elsewhere} */
export function elsewhere(effects) {
  const found = new Map()
  for (const [target, value] of Object.entries(effects)) {
    const [kind = "", register = ""] = target.split(".")
    const isAsk = kind === "participation"
    const name = isAsk ? target : kind
    if (!found.has(name)) found.set(name, { kind, set: {} })
    const set = isAsk ? { action: register.split("/")[1], answer: value } : { [register]: value }
    Object.assign(found.get(name).set, set)
  }
  return [...found.values()]
}

/** The answers to send: of questions that show and were answered. @type {Engine.kept} */
export function kept(questions, answers) {
  /** @type {ReturnType<Engine.kept>} */
  const found = {}
  for (const { key } of visible(questions, answers)) {
    const value = own(answers, key)
    if (!isEmpty(value)) found[key] = value
  }
  return found
}

/**
 * The questions that everybody in a group conversation answers for themselves: where it says so,
 * else what is chosen, what is about the person, and what hangs on such a question.
 * @type {Engine.eachOf}
 */
export function eachOf(questions) {
  const found = new Set()
  for (const { key, type, each, to, when } of questions) {
    const isOwn = each ?? (!SHARED.includes(type) || to?.startsWith("person."))
    if (isOwn || found.has(when?.question)) found.add(key)
  }
  return found
}

/** An answer as a reader says it: choices by their text, or as `known`. @type {Engine.inWords} */
export function inWords(question, value, language, known) {
  const choices = choicesOf(question)
  if (!choices.length) return String(value)
  const texts = new Map(choices.map(({ key, text }) => [key, text?.[language] ?? known(key)]))
  return keysOf(question, value)
    .map((key) => texts.get(key) ?? key)
    .join(", ")
}

/** @type {Engine.written} */
function written(question, value, language) {
  const { type, to, text } = question
  /** @type {ReturnType<Engine.written>} */
  const found = {}
  const keys = keysOf(question, value)
  const steps = CHOSEN[type]
  for (const key of keys) {
    if (steps && key === DONT_KNOW) continue
    if (type === "ask" && steps?.includes(key))
      found[`participation.answer/${question.action}`] = key
    if (!to) continue
    if (type === "multiple") found[`${to}/${key}`] = true
    else if (steps !== YES_NO) found[to] = value
    else if (steps.includes(key)) found[to] = key === "yes"
  }
  const words = type === "consent" ? to?.replace("consent", "consent_wording") : question.wording
  if (words && Object.keys(found).length) found[words] = text[language] ?? ""
  for (const { key, sets } of question.choices ?? []) {
    if (keys.includes(key)) Object.assign(found, sets)
  }
  return found
}

/** @type {Engine.chosen} */
function chosen(question, answers) {
  const value = own(answers, question.key)
  return isEmpty(value) ? [] : keysOf(question, value)
}

/** @type {Engine.keysOf} */
const keysOf = (question, value) =>
  question.type === "multiple" ? String(value).split(" ") : [String(value)]

/** @type {Engine.isEmpty} */
const isEmpty = (value) => value === undefined || value === null || value === ""
