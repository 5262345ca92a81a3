// The start of the phone: opens the engine, follows the address, draws one screen at a time.
import { watchUse } from "./auto_lock.js"
import { facts, openPhone } from "./phone.js"
import { aside } from "./screens/aside.js"
import { feel } from "./screens/feel.js"
import { drawFrame } from "./screens/frame.js"
import { hidden } from "./screens/hidden.js"
import { list } from "./screens/list.js"
import { painted } from "./screens/paint.js"
import { person } from "./screens/person.js"
import { problem } from "./screens/problem.js"
import { talk } from "./screens/talk.js"
import { addTexts, LANGUAGES, speak, spoken, t, warmUp } from "./text.js"
import { watchUpdate } from "./update.js"

/** @import {App, Screen, Toast, View} from "./types/screens" */

const TOAST_MS = 12_000
const BLANK = { name: "blank", title: "Rounds", body: "" }

// By the first word of the address. What only captains open comes when it is first opened.
/** @type {Record<string, Screen>} */
const SCREENS = { hidden, list, person, talk, ...aside }
const captain = () => import("./screens/captain.js")
/** @type {Record<string, () => Promise<Record<string, any>>>} */
const ON_DEMAND = { line: captain, lines: captain }

/** @type {Toast | null} */
let toast = null
let toastTimer = 0
let isKept = false
/** The frame in which to draw. */
let drawing = 0
/** What the screen shows. @type {View} */
let view = BLANK
/** @type {ReturnType<import("./phone.js").Phone["lockState"]> | undefined} */
let lockState
const memory = new Map()
const app = /** @type {App} */ (
  /** @type {unknown} */ ({
    ui: {},
    next: null,
    order: [],
    update: null,
    isHidden: false,
    version: "",
    go,
    draw,
    say,
    tell,
    memo,
    hide,
  })
)

start()

async function start() {
  useLanguage(navigator.language.slice(0, 2))
  const asked = facts()
  let show = () => {}
  /** @type {Promise<void>} */
  const shown = new Promise((resolve) => {
    show = resolve
  })
  try {
    const [phone] = await Promise.all([openPhone({ shown, painted }, asked), asked.then(learn)])
    app.phone = phone
  } catch (reason) {
    return drawFrame(app, problem(reason), null)
  }
  applySettings()
  app.phone.subscribe(changed)
  addEventListener("popstate", () => arrive())
  // Android says so once, and early: the joining screen makes a button of it.
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault()
    app.install = event
    draw()
  })
  document.addEventListener("click", follow)
  readAddress()
  lockState = app.phone.lockState()
  await load()
  draw()
  watchUse(app.phone)
  await painted()
  show()
  warmUp()
  keepCaptains()
  watchUpdate((version, useNow) => {
    Object.assign(app, { version, update: useNow ?? null })
    if (version !== app.phone.setting("version")) app.phone.setSetting("version", version)
    draw()
  })
}

/** What only captains open is kept on captains' phones, so that it opens without signal too. */
function keepCaptains() {
  if (!app.phone.me?.roles?.includes("picket_captain") || isKept) return
  isKept = true
  navigator.serviceWorker?.ready.then(({ active, waiting }) => {
    for (const worker of [active, waiting]) worker?.postMessage("captain")
  })
}

/** Both languages, so that one can change to the other without signal. @type {Screens.learn} */
function learn({ texts }) {
  for (const code of LANGUAGES) addTexts(code, texts[code] ?? {})
}

/** @type {Screens.useLanguage} */
function useLanguage(code) {
  speak(code)
  mark("lang", spoken())
}

/** Language and theme, as chosen on this phone; else the volunteer's language, else the phone's. */
function applySettings() {
  const { phone } = app
  useLanguage(phone.setting("language") ?? phone.me?.language ?? navigator.language.slice(0, 2))
  mark("data-theme", phone.setting("theme") ?? "")
  mark("data-size", phone.setting("size") ?? "")
}

/** On the root; said again all would be laid out again. @type {Screens.mark} */
function mark(name, value) {
  const { documentElement: root } = document
  if ((root.getAttribute(name) ?? "") !== value) root.setAttribute(name, value)
}

function changed() {
  memory.clear()
  keepCaptains()
  applySettings()
  const isOther = lockState !== app.phone.lockState()
  if (isOther) {
    // Nothing of what somebody else could read stays on the screen or in mind.
    lockState = app.phone.lockState()
    toast = null
    const nothing = { next: null, parted: null, order: [], filter: undefined, restore: undefined }
    Object.assign(app, nothing)
    // Where a save had just led, if it was locked before that was drawn.
    readAddress()
  }
  if (!SCREENS[screenName()]) arrive()
  else if (isOther && lockState !== "open") draw()
  else drawing ||= requestAnimationFrame(draw)
}

function readAddress() {
  const path = location.pathname
  const id = path.split("/")[2] ?? ""
  app.route = { path, id, hash: location.hash.slice(1) }
  app.ui = {}
}

/** @type {Screens.go} */
function go(path, replace = false, isSaid = false) {
  history[replace ? "replaceState" : "pushState"](null, "", path)
  arrive(true, isSaid)
}

/**
 * A new screen: what was said is over unless it is said of the way here, draw, and tell the screen
 * reader where we are. @type {Screens.arrive}
 */
async function arrive(isNew = false, isSaid = false) {
  if (!isSaid) announce(null)
  readAddress()
  if (app.route.path !== "/") Object.assign(app, { next: null, parted: null })
  if (!SCREENS[screenName()]) await load()
  draw()
  const next = document.querySelector("[data-next]")
  if (next) next.scrollIntoView({ block: "center" })
  else if (isNew) scrollTo(0, 0)
  const place = /** @type {HTMLElement | null} */ (next ?? document.querySelector("h1"))
  place?.focus({ preventScroll: true })
}

/** Fetch the screen of this address, where it is not here yet. */
async function load() {
  const name = screenName()
  try {
    SCREENS[name] ??= (await ON_DEMAND[name]?.())?.[name]
  } catch {
    say(t("problem_no_network"), undefined, true)
  }
}

function draw() {
  cancelAnimationFrame(drawing)
  drawing = 0
  const name = screenName()
  // While the screen of a locked phone is on its way, nothing shows.
  const other = app.phone.lockState() === "open" ? list : () => BLANK
  view = (SCREENS[name] ?? other)(app)
  drawFrame(app, view, toast)
}

/** One tap, and nobody sees what this is: a clock, and the phone locked behind it. */
function hide() {
  app.isHidden = true
  toast = null
  draw()
  history.replaceState(null, "", "/")
  readAddress()
  app.phone.lock()
}

function screenName() {
  if (app.isHidden) return "hidden"
  const locked = app.phone.lockState()
  if (locked !== "open") return ON_LOCK[locked]
  const name = app.route.path.split("/")[1] ?? ""
  if (name in SCREENS || name in ON_DEMAND) return name
  const roles = app.phone.me?.roles ?? []
  const isOnlyCaptain = roles.includes("picket_captain") && !roles.some((role) => TALKS.has(role))
  return isOnlyCaptain ? "lines" : "list"
}

const ON_LOCK = { new: "join", choose: "choose_pin", locked: "unlock" }
const TALKS = new Set(["go_to", "steward", "organiser"])

/** Stay on the page when a link of ours is tapped. @type {Screens.follow} */
function follow(event) {
  const link = /** @type {Element} */ (event.target).closest?.("a")
  const href = link?.getAttribute("href")
  if (!href?.startsWith("/") || event.defaultPrevented || event.ctrlKey || event.metaKey) return
  event.preventDefault()
  go(href)
}

/** @type {App["say"]} */
function say(text, undo, isProblem = false) {
  announce({ text, undo, isProblem })
  draw()
}

/** Say it on the screen as it stands, whatever changed since. @type {App["tell"]} */
function tell(said) {
  cancelAnimationFrame(drawing)
  drawing = 0
  announce(said)
  drawFrame(app, view, toast)
}

/** What the toast says from now on. @type {Screens.announce} */
function announce(said) {
  toast = said
  clearTimeout(toastTimer)
  if (!said) return
  if (said.undo) feel(app)
  toastTimer = setTimeout(hush, TOAST_MS)
}

/**
 * Take the toast away, but never from under a mouse or a keyboard. On a touch screen :hover stays
 * where the last tap was, and would keep it for ever.
 */
function hush() {
  const hovers = matchMedia("(hover: hover)").matches ? ", .toast:hover" : ""
  if (document.querySelector(`.toast:focus-within${hovers}`)) {
    toastTimer = setTimeout(hush, TOAST_MS)
  } else {
    toast = null
    draw()
  }
}

/** @type {Screens.memo} */
function memo(key, make) {
  if (!memory.has(key)) memory.set(key, make())
  return memory.get(key)
}
