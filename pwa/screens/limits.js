// What is wrong with an answer, in kind words. Nothing here touches the page.
import { own } from "../sync/kinds.js"
import { t } from "../text.js"

/** @type {Record<string, RegExp>} What it looks like; anything else is worth a second look. */
const LOOKS = { email: /^\S+@\S+\.\S+$/, phone: /(\d\D*){7}/ }

/** What keeps a talk from being saved. */
export const missing = () => t("flaw_missing")

/** Words about what is missing or does not fit, or none. @type {Screens.flawOf} */
export function flawOf({ key, type, required, min, max }, answers) {
  const text = String(own(answers, key) ?? "")
  if (!text) return required ? missing() : ""
  const sort = type.replace("long_", "")
  const n = type === "number" ? +text : (type === "multiple" ? text.split(" ") : text).length
  const isOdd = LOOKS[sort]?.test(text) === false
  const what = n < (min ?? n) ? `${sort}_min` : n > (max ?? n) ? `${sort}_max` : isOdd && sort
  return what && text !== "dont_know" ? `${t(`flaw_${what}`, { min, max })} ${t("flaw_next")}` : ""
}
