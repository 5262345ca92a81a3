// What Python may ask of a phone, by name. Twin: ../node_phone.py.
import { drop } from "./indexed_db.js"
import { run } from "./phones.js"
import { dump, readBrief, readState } from "./state.js"
import { kill } from "./tab.js"

/** @import {Outcome, Phones, Seat} from "./phones.js" */
/** @typedef {(seat: Seat, ...given: any[]) => Promise<Outcome> | Outcome} Deed */

/** @param {Phones} phones @returns {Record<string, Deed>} */
export function createDeeds({ seats, sit, restart, on, leave }) {
  /** What needs a running phone; a dead one gives nothing. */
  const alive =
    (/** @type {Deed} */ deed) =>
    (seat, ...given) =>
      seat.tab.isDead ? {} : deed(seat, ...given)

  /** The phone's own way to do something, if it has one. */
  const within = (names, deed) =>
    alive((seat, ...given) => {
      const name = names.find((each) => seat.tab.phone?.[each])
      return name ? deed(seat, seat.tab.phone[name], ...given) : { problem: "unsupported" }
    })

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
  async function join({ phone, disk }, token) {
    try {
      await phone?.join(token)
    } catch (reason) {
      if (!reason.problem) throw reason
      disk.refused = reason.problem
    }
  }

  /** Begin saves in several tabs of one phone in the same moment. */
  async function saveTogether(seat, all) {
    const ids = all.map(() => null)
    await run(seat, () => {
      for (const [at, [name, changes]] of all.entries()) {
        const keep = ({ id }) => {
          ids[at] = id
          seat.disk.saved.push(id)
        }
        seats.get(name).tab.phone.save(changes).then(keep)
      }
    })
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

    save: within(["save"], (seat, save, changes) => saving(seat, () => save(changes))),
    save_together: alive(saveTogether),
    withdraw: within(["undo"], (seat, undo, id) => {
      const isOwn = seat.tab.phone?.saves().some((save) => save.id === id)
      return isOwn ? saving(seat, () => undo(id)) : { value: null }
    }),
    export: within(["exported", "unsentFile"], (seat, file) => run(seat, file)),
    carry: within(["carry"], (seat, carry, text) => run(seat, () => carry(text))),

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
    turns: ({ disk }) => ({ value: disk.turns.count() }),
    brief: ({ disk, tab }) => ({ value: readBrief(disk, tab.isDead ? null : tab) }),
    state: async ({ disk, tab }) => ({ value: await readState(disk, tab.isDead ? null : tab) }),
    dump: ({ disk }) => ({ value: dump(disk) }),
  }
}
