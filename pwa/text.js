// The words on the screen. Both catalogues load at start, so the language can change offline.

const FAR_MS = 300 * 86_400_000
const LOCALES = { en: "en-GB", fr: "fr-CA" }

/** @typedef {keyof typeof LOCALES} Language */
/** @type {Partial<Record<Language, Record<string, string | Record<string, string>>>>} */
const catalogues = {}
/** @type {Language} */
let language = "en"

export const LANGUAGES = /** @type {Language[]} */ (Object.keys(LOCALES))

/** @type {Screens.addTexts} */
export function addTexts(code, texts) {
  catalogues[code] = texts
}

/** Speak `code` from now on; an unknown one means English. @type {Screens.speak} */
export function speak(code) {
  language = code === "fr" ? "fr" : "en"
}

export const spoken = () => language

/**
 * The sentence for `key`, with {names} filled in; a plural one is chosen by `values.n`.
 * @type {Screens.t}
 */
export function t(key, values = {}) {
  const found = catalogues[language]?.[key] ?? key
  const text = typeof found === "string" ? found : plural(found, Number(values.n))
  return text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole))
}

/** @type {Screens.plural} */
const plural = (forms, n) =>
  forms[made(`plural ${language}`, () => new Intl.PluralRules(language)).select(n)] ??
  forms.other ??
  ""

/**
 * What a questionnaire or campaign says in this language. `texts` {en, fr}
 * @type {Screens.inWords}
 */
export const inWords = (texts) => texts?.[language] ?? texts?.en ?? texts?.fr ?? ""

/** @type {Screens.capital} */
export const capital = (text) => text.charAt(0).toLocaleUpperCase() + text.slice(1)

/**
 * Compare names as this language's telephone book would.
 * @returns {(a: string, b: string) => number}
 */
export const byName = () =>
  made(`names ${language}`, () => new Intl.Collator(LOCALES[language])).compare

/** The phone's local day of a moment. @type {Screens.dayOf} */
export function dayOf(ms) {
  const date = new Date(ms)
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0")
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}

/** Noon of a day, which no change of the clocks moves to another day. @type {Screens.noonOf} */
export function noonOf(day) {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number)
  return new Date(year, month - 1, date, 12).getTime()
}

/** @type {Screens.addDays} */
export const addDays = (day, days) => dayOf(noonOf(day) + days * 86_400_000)

/** "3 November", with the year when it is far from `now`. @type {Screens.dateWords} */
export function dateWords(day, now) {
  const far = Math.abs(noonOf(day) - now) > FAR_MS
  const words = written(noonOf(day), {
    day: "numeric",
    month: "long",
    year: far ? "numeric" : undefined,
  })
  return language === "fr" ? words.replace(/^1 /, "1er ") : words
}

/** How many days `day` is from today. @type {Screens.daysTo} */
export const daysTo = (day, now) => Math.round((noonOf(day) - noonOf(dayOf(now))) / 86_400_000)

/** "today", "Tuesday" or "3 November". @type {Screens.dayWords} */
export function dayWords(day, now) {
  const days = daysTo(day, now)
  if (days === 0) return t("today")
  if (days === 1) return t("tomorrow")
  if (days === -1) return t("yesterday")
  return Math.abs(days) < 7 ? written(noonOf(day), { weekday: "long" }) : dateWords(day, now)
}

/** @type {Screens.clock} */
export const clock = (ms) =>
  written(ms, { hour: language === "fr" ? "numeric" : "2-digit", minute: "2-digit" }).replace(
    / /g,
    "\u00a0",
  )

/** "today, 07:58". @type {Screens.momentWords} */
export const momentWords = (ms, now) => `${dayWords(dayOf(ms), now)}, ${clock(ms)}`

/** @type {Screens.written} */
const written = (ms, how) =>
  made(
    language + JSON.stringify(how),
    () => new Intl.DateTimeFormat(LOCALES[language], how),
  ).format(ms)

// Intl's tools are slow to make and quick to use.
const tools = new Map()

/** @type {Screens.made} */
function made(key, make) {
  if (!tools.has(key)) tools.set(key, make())
  return tools.get(key)
}

/** Make those that a list needs, before anybody waits for it. @type {Screens.warmUp} */
export function warmUp() {
  const day = noonOf(dayOf(0))
  byName()
  plural({}, 1)
  for (const days of [2, 9, 999]) dayWords(dayOf(day), day + days * 86_400_000)
}

/** Letters as someone types them in a hurry: no case, accents, apostrophes. @type {Screens.plain} */
export const plain = (text) =>
  text
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[đøłœæß’']/g, (letter) => PLAIN[letter] ?? letter)

/** @type {Record<string, string>} Letters that Unicode does not take apart. */
const PLAIN = { đ: "d", ø: "o", ł: "l", œ: "oe", æ: "ae", ß: "ss", "’": "", "'": "" }
