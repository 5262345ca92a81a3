// The tap that joins, whatever is redeemed, and what stands around it.

import { spoken, t } from "../text.js"

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
