// Who may read: chooses the PIN, locks, unlocks, and empties the vault. What waits to be sent stays
// outside of it, whatever happens here.
import { problem } from "./problems.js"
import { allNamed, keepNamed } from "./store/database.js"
import { movedIn } from "./store/inside.js"
import { empty, keepWho, moveIn, stored } from "./store/saves.js"
import {
  canShut,
  dropKey,
  isOpen,
  lockedWith,
  makeKey,
  openedWith,
  stretched,
} from "./store/vault.js"

/** After so many wrong PINs in a row, how long until the next; a slip costs nothing. */
export const DELAYS_S = [0, 0, 0, 0, 30, 60, 300, 900, 3600]

const NO_TRIES = { n: 0, until: 0 }

/** @type {Engine.createLock} */
export function createLock(given) {
  const { settings, load, notify, post, idle, alone, send, rounds, expires_ms, delays_s } = given
  let isLocking = false

  const delayAfter_ms = (/** @type {number} */ n) =>
    1000 * (delays_s[Math.min(n, delays_s.length) - 1] ?? 0)

  /** new: nobody joined, or the vault is empty; choose: a PIN is still to be chosen. */
  function state() {
    const now = settings()
    if (!canShut()) return now.has("me") ? "open" : "new"
    const isLocked = isLocking || !isOpen()
    if (isLocked && now.has("lock") && now.has("device")) return "locked"
    if (!now.has("me") || isLocking) return "new"
    return now.has("lock") || now.has("guest") ? "open" : "choose"
  }

  /** Shut the vault with a PIN or passphrase, the first or another one. @type {Engine.withPin} */
  async function choose(pin) {
    if (isOpen()) await keepLock(pin, [])
    else {
      try {
        await alone(() => shutWithNewKey(pin))
      } catch (reason) {
        // Nothing is shut with this key; the next try makes another.
        dropKey()
        await load()
        throw reason
      }
    }
    await load()
    post({ locked: true })
    notify()
  }

  /** @type {Engine.withPin} */
  async function shutWithNewKey(pin) {
    await makeKey()
    if (settings().has("me")) await moveAllIn(pin)
    // What an older key shut, nobody can open any more.
    else await keepLock(pin, ["pages", "inside"])
  }

  /** @type {Engine.keepLock} */
  const keepLock = async (pin, clear) => keepWho(null, await newLock(pin), clear)

  /** @type {Engine.newLock} */
  async function newLock(pin) {
    const isPhrase = !/^\d{6}$/.test(pin)
    return { lock: { ...(await lockedWith(pin, rounds)), isPhrase }, tries: undefined }
  }

  /** @type {Engine.withPin} */
  async function moveAllIn(pin) {
    const values = await newLock(pin)
    for (let isDone = false; !isDone; ) {
      const held = await stored()
      const { device } = held.settings.get("me")
      isDone = await moveIn(await movedIn(held), { ...values, device }, held.saves.length)
    }
  }

  /** Throws problem wrong_pin, or too_soon; `waits()` says until when. @type {Engine.withPin} */
  async function unlock(pin) {
    // Another tab may have tried.
    const { lock, tries = NO_TRIES } = Object.fromEntries(await allNamed("settings"))
    // Or emptied it.
    if (!lock) return shutHere()
    if (tries.n > triedHere().n) settings().set("tries", tries)
    if (waits()) throw problem("too_soon")
    const n = triedHere().n + 1
    const delay_ms = delayAfter_ms(n)
    // Noted before anybody hears, so that who closes the app at once has tried all the same.
    const tried = { n, until: delay_ms && Date.now() + delay_ms }
    const [key] = await Promise.all([stretched(pin, lock), note(tried)])
    if (!(await openedWith(lock, key))) throw problem("wrong_pin")
    // Reading need not wait for what is written; it may read what stood there before.
    await Promise.all([load(), note(undefined)])
    settings().set("tries", undefined)
    notify()
  }

  const triedHere = () => settings().get("tries") ?? NO_TRIES

  /** Note what was tried. A full disk keeps nobody out who knows the PIN. @type {Engine.noteTries} */
  async function note(tries) {
    settings().set("tries", tries)
    await keepNamed("settings", { tries }).catch((reason) => {
      if (reason.problem !== "storage_full") throw reason
    })
  }

  /** Ms until a PIN may be tried; no longer than it ever was, should somebody turn the clock. */
  function waits() {
    const { n, until } = triedHere()
    const most_ms = delayAfter_ms(n)
    return Math.max(0, Math.min(until - Date.now(), most_ms))
  }

  /** Nothing can be read from now on; what is just being saved is saved first. */
  async function lock() {
    if (state() !== "open" || !canShut()) return
    if (settings().has("guest")) return forget("guest")
    await shutHere()
    post({ locked: true })
  }

  /** Lock this tab only, as when another one was. */
  async function shutHere() {
    isLocking = true
    notify()
    await idle()
    dropKey()
    await load().finally(() => {
      isLocking = false
    })
    notify()
    // What was asked for while it was open is asked for again by what can take it.
    send()
  }

  /** Drop all that can be read; envelopes stay and go on being sent. @type {Engine.forgetAll} */
  async function forget(reason) {
    isLocking = true
    notify()
    await idle()
    // Whatever becomes of the disk, nothing shows any more.
    await empty(reason).finally(shutHere)
    post({ locked: true })
  }

  /** Nothing readable stays long without contact, and a guest's things not beyond this sitting. */
  async function expire() {
    const now = settings()
    const { at = Date.now() } = now.get("clock") ?? {}
    const holds = now.has("lock") || now.has("me")
    if (now.has("guest")) await forget("guest")
    else if (holds && Date.now() - at > expires_ms) await forget("expired")
  }

  return { state, choose, unlock, waits, lock, shutHere, forget, expire }
}
