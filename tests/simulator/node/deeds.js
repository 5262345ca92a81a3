// What Python may ask of a phone, by name. Twin: ../node_phone.py.
import { drop } from "./indexed_db.js"
import { run } from "./phones.js"
import { dump, readBrief, readState } from "./state.js"
import { kill, PIN } from "./tab.js"

/** @import {Outcome, Phones, Seat} from "./phones.js" */
/** @typedef {(seat: Seat, ...given: any[]) => Promise<Outcome> | Outcome} Deed */

/** @param {Phones} phones @returns {Record<string, Deed>} */
export function createDeeds({ seats, sit, restart, on, leave }) {
  /** What needs a running phone; a dead one gives nothing. */
  const alive =
    (/** @type {Deed} */ deed) =>
    (seat, ...given) =>
      seat.tab.isDead ? {} : deed(seat, ...given)

  /** Make a save; it is called saved when the phone says so. */
  const saving = (seat, save) =>
    run(seat, async () => {
      const { id } = await save()
      seat.disk.saved.push(id)
      return id
    })

  /** What a phone does where there may be signal; what it then says is told. */
  const sending = (begin) =>
    alive(async (seat, ...given) => {
      await run(seat, () => void begin(seat.tab, ...given), true)
      return { said: seat.tab.untold.splice(0) }
    })

  /** Redeem an invitation; why that did not work is told with what is asked next. */
  const join = async ({ phone, disk }, token) => {
    if (phone?.lockState() === "new") await phone.choosePin(PIN).catch(known)
    disk.refused = await phone?.join(token).then(() => null, known)
  }

  /** Begin saves in several tabs of one phone in the same moment; null for one that failed. */
  async function saveTogether(seat, all) {
    const ids = all.map(() => null)
    const keep = async ([name, changes], at) => {
      const { tab } = seats.get(name)
      const { id } = await tab.phone.save(changes)
      ids[at] = id
      seat.disk.saved.push(id)
    }
    await run(seat, () => void all.map((one, at) => keep(one, at).catch(known)))
    return { value: ids }
  }

  async function evict({ disk }) {
    const running = on(disk).filter(({ tab }) => !tab.isDead)
    for (const { tab } of running) kill(tab)
    disk.evict()
    for (const seat of running) await restart(seat)
    return {}
  }

  /** Let every wait end that is over by now. */
  async function advance(seat) {
    for (let due = seat.tab.timers.due(); due; due = seat.tab.timers.due()) {
      const ticket = due
      await run(seat, () => seat.tab.timers.end(ticket), true)
    }
    return { said: seat.tab.untold.splice(0) }
  }

  return {
    join: sending(join),
    exchange: sending(({ phone }) => phone?.exchange()),
    answer: sending(({ network }, ...reply) => network.answer(...reply)),
    fail: sending(({ network }, ...how) => network.fail(...how)),
    wake: sending(({ timers }, ticket) => timers.end(ticket)),
    look: sending(({ page }, isVisible) => page.look(isVisible)),
    online: sending(({ page }) => page.online()),
    advance: alive(advance),

    save: alive((seat, changes) => saving(seat, () => seat.tab.phone.save(changes))),
    save_together: alive(saveTogether),
    withdraw: alive((seat, id) => {
      const { phone } = seat.tab
      const isOwn = phone.saves().some((save) => save.id === id)
      return isOwn ? saving(seat, () => phone.undo(id)) : { value: null }
    }),
    export: alive((seat) => run(seat, () => seat.tab.phone.unsentFile())),
    lock: alive((seat) => run(seat, () => seat.tab.phone.lock())),
    unlock: sending(({ phone }) => phone?.unlock(PIN)),
    carry: alive((seat, text) => run(seat, () => seat.tab.phone.carry(text))),

    start: (seat, turns) => restart(seat, turns ?? undefined),
    kill: alive(({ tab }, commits) => {
      if (commits) tab.commitsLeft = commits
      else kill(tab)
      return {}
    }),
    kill_after: alive(({ tab, disk }, turns) => {
      disk.doomed = { tab, left: turns ?? Number.POSITIVE_INFINITY }
      return {}
    }),
    evict,
    copy: ({ disk }, name, seed) => sit(name, disk.copy(seed)),
    tab: ({ disk }, name) => sit(name, disk),
    drop: alive((seat) => run(seat, () => drop(seat.tab))),
    fill: ({ disk }, isFull) => {
      disk.isFull = isFull
      return {}
    },
    clock: ({ disk }, offset_ms) => {
      disk.offset_ms = offset_ms
      return {}
    },
    leave: ({ name, tab }) => {
      kill(tab)
      leave(name)
      return {}
    },

    alive: ({ tab }) => ({ value: !tab.isDead }),
    busy: ({ tab }) => ({ value: tab.phone?.sending === true && !tab.isDead }),
    brief: ({ disk, tab }) => ({ value: readBrief(disk, tab.isDead ? null : tab) }),
    state: async ({ disk, tab }) => ({ value: await readState(disk, tab.isDead ? null : tab) }),
    dump: ({ disk }) => ({ value: dump(disk) }),
  }
}

/** The code of a problem that the phone told; what is none goes on its way. */
function known(reason) {
  if (!reason.problem) throw reason
  return reason.problem
}
