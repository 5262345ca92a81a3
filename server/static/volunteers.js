// What people expect to be live: the link copied, the invitation used, the room's newest guest.
// Without it everything is there too, by reading and by loading the page again.

const AGAIN_MS = 3000

for (const button of document.querySelectorAll("[data-copy]")) {
  if (navigator.clipboard && button instanceof HTMLElement) {
    button.hidden = false
    button.addEventListener("click", () => copy(button))
  }
}

/** @param {HTMLElement} button */
async function copy(button) {
  const text = document.getElementById(button.dataset.copy ?? "")?.textContent ?? ""
  await navigator.clipboard.writeText(text)
  button.textContent = button.dataset.done ?? ""
}

const invitation = document.querySelector("[data-watch]")
if (invitation instanceof HTMLElement) watch(invitation.dataset.watch ?? "", tell)

const room = document.querySelector("[data-room]")
if (room instanceof HTMLElement) watch(room.dataset.room ?? "", follow)

/**
 * Ask now and again while the page is looked at; stop when `heard` says so.
 * @param {string} address
 * @param {(found: {state: string, said: string}) => boolean} heard
 */
async function watch(address, heard) {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS))
    if (document.hidden) continue
    try {
      const answer = await fetch(address, { redirect: "error" })
      if (!answer.ok || !heard(await answer.json())) return
    } catch {
      // No signal just now, or signed out elsewhere: whoever sits here loads the page again.
    }
  }
}

/** @param {{state: string, said: string}} found */
function tell({ state, said }) {
  if (state === "open" || !(invitation instanceof HTMLElement)) return true
  const ways = document.querySelector("[data-open]")
  if (ways instanceof HTMLElement) ways.hidden = true
  invitation.textContent = said
  invitation.hidden = false
  return false
}

/** @param {{state: string}} found */
function follow({ state }) {
  if (!(room instanceof HTMLElement) || state === room.dataset.state) return true
  // Not from under somebody who chooses a role or is about to tap.
  if (room.querySelector("select:focus, button:active")) return true
  location.reload()
  return false
}
