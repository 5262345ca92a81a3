// Questions, skip logic, and what answers point to. Twin: sync/questionnaire.py.
import { own } from "./kinds.js"

/** The questions of a questionnaire record. @type {Engine.readQuestions} */
export const readQuestions = (text) => JSON.parse(text)

/**
 * The questions that show for these answers, in order. A question with `when` shows if the
 * question it names shows and was answered so. @type {Engine.visible}
 */
export function visible(questions, answers) {
  const showing = new Map()
  for (const question of questions) {
    const { when } = question
    const asked = when && showing.get(when.question)
    if (!when || (asked && chosen(asked, answers).some((key) => when.is.includes(key)))) {
      showing.set(question.key, question)
    }
  }
  return [...showing.values()]
}

/** kind.register -> what answers write elsewhere (`to`, `sets`). @type {Engine.effects} */
export function effects(questions, answers) {
  /** @type {ReturnType<Engine.effects>} */
  const found = {}
  for (const question of visible(questions, answers)) {
    const value = own(answers, question.key)
    if (isEmpty(value)) continue
    if (question.to) found[question.to] = value
    for (const choice of question.choices ?? []) {
      if (chosen(question, answers).includes(choice.key)) Object.assign(found, choice.sets)
    }
  }
  return found
}

/** The answers to send: of questions that show and were answered. @type {Engine.effects} */
export function kept(questions, answers) {
  /** @type {ReturnType<Engine.effects>} */
  const found = {}
  for (const { key } of visible(questions, answers)) {
    const value = own(answers, key)
    if (!isEmpty(value)) found[key] = value
  }
  return found
}

/** An answer as a reader says it: choices by their text. @type {Engine.inWords} */
export function inWords(question, value, language) {
  if (!question.choices?.length) return String(value)
  const texts = new Map(question.choices.map((choice) => [choice.key, choice.text[language]]))
  return keysOf(question, value)
    .map((key) => texts.get(key) ?? key)
    .join(", ")
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
