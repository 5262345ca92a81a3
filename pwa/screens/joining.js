// The tap that joins, whatever is redeemed, and where it is tapped.

import { spoken, t } from "../text.js"

// Browsers inside other apps say whose they are; on iPhones they leave out Safari's own mark.
const INSIDE = /FBA[NV]|Instagram|; wv\)|Snapchat|TikTok|musical_ly|Line\/|LinkedInApp/

/** Where the page is open. @type {Screens.whereFrom} */
export function whereFrom() {
  const { userAgent } = navigator
  if (matchMedia("(display-mode: standalone)").matches) return "here"
  // An iPad says that it is a Mac; no Mac is touched with two fingers.
  const isPad = userAgent.includes("Macintosh") && navigator.maxTouchPoints > 1
  const isApple = isPad || /iPhone|iPad/.test(userAgent)
  if (INSIDE.test(userAgent) || (isApple && !userAgent.includes("Safari/"))) return "inside"
  if (isApple) return "apple"
  return userAgent.includes("Android") ? "android" : "here"
}

/** Join with a link's token, a code or a place in a room. Throws a problem. @type {Screens.enter} */
export async function enter(app, given) {
  const { phone, ui } = app
  // Whoever reads this page reads it in this language, whatever the list of volunteers says.
  const language = spoken()
  await phone.join(given, Boolean(ui.isGuest))
  await phone.setSetting("language", language)
  await phone.setSetting("place", undefined)
  // Firefox asks whoever holds the phone, and answers when they did: nobody waits for that.
  phone.protect()
  app.go("/", true)
  app.say(t("joined", { name: phone.me?.name }))
}

/** Do something with the button off, and show the problem it ends in. @type {Screens.tried} */
export async function tried({ ui, draw }, work) {
  Object.assign(ui, { isJoining: true, problem: null })
  draw()
  try {
    await work()
  } catch (problem) {
    ui.problem = problem
  }
  ui.isJoining = false
  draw()
}

/** Choose a PIN before going on; not for a guest, or where nothing can be shut. @type {Screens.withPin} */
export function withPin({ phone, ui, draw }, then) {
  if (!phone.canLock || ui.isGuest || phone.hasPin()) return then()
  ui.chosen = then
  draw()
}
