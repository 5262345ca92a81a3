// Shapes the screens share. Only tsc reads this; nothing here is served.
import type { Answers, Choice, OwnSave, Question, Save, Shape, Value, Wish } from "./engine"
import type { Answers, Head, OwnSave, Question, Save, Shape, Value, Wish } from "./engine"

export type Phone = import("../phone.js").Phone

/** What every screen is given. */
export type App = {
  phone: Phone
  route: { path: string; id: string; hash: string }
  // biome-ignore lint/suspicious/noExplicitAny: each screen keeps its own few things here
  ui: Record<string, any>
  /** The person the thumb goes to next, after a save. */
  next: string | null
  /** The person just talked with. */
  parted?: string | null
  /** My list as the thumb last saw it. */
  order: string[]
  /** The only view of my list that is shown. */
  filter?: string | undefined
  update: (() => void) | null
  /** One tap took everything off the screen. */
  isHidden: boolean
  hide: () => void
  version: string
  go: Screens.go
  draw: () => void
  /** Say that something was done, with Undo for the saves of these ids. */
  say: (text: string, undo?: string | string[], isProblem?: boolean) => void
  tell: (said: Toast) => void
  /** What Android gives to put the app on the home screen with. */
  // biome-ignore lint/suspicious/noExplicitAny: no standard has its type yet
  install?: any
  /** The note of the last saved talk, should its save be undone. */
  restore?: { save: string; key: string; draft: Draft }
  /** The result of `make`, until the records on the phone change. */
  memo: <T>(key: string, make: () => T) => T
}

export type Language = "en" | "fr"

/** Where the joining page is open: an iPhone's browser is not where the app will live. */
export type Where = "inside" | "apple" | "android" | "here"

/** A name card on a line; `text` is what the search reads. */
export type Card = { id: string; name: string; number: string; text: string }

export type Toast = { text: string; undo?: string | string[]; isProblem?: boolean }

/** What a screen shows; the frame puts it in its place. */
export type View = {
  /** The class of its `main`. */
  name: string
  title: string
  /** What the browser calls the page, where the title is somebody's name. */
  tab?: string
  body: unknown
  back?: { href: string; text: string } | undefined
  /** Beside the way back. */
  wayAside?: unknown
  /** Under the title, in the header. */
  head?: unknown
  /** In the thumb's reach. */
  foot?: unknown
  hasPill?: boolean
  hasGear?: boolean
}

export type Screen = (app: App) => View

export type Draft = {
  began: number
  conversation: string
  answers: Answers
  when: "just_now" | "earlier_today" | "when_yesterday" | "another_day"
  day: string
  how: string
  /** A talk that was noted, to be noted otherwise. */
  isNoted?: boolean
}

/** Of a group conversation: person -> their conversation; an own answer is `person/question`. */
export type Meeting = Draft & { meeting: string; people: Record<string, string> }

export type Row = {
  id: string
  person: Shape
  section: string
  /** What it stands under: its section or its worksite. */
  group: string
  site: string
  /** Its section, and what else it is found by. */
  views: Record<string, boolean | undefined>
  place: string
  due: Shape[]
  last?: Shape | undefined
}

/** One of mine, and the record that says they are to be told, or were. */
export type ToTell = { person: Shape; note?: Shape | undefined }

/** An answer of the executive, for whom of mine it is, and how many of them are left to tell. */
export type Passing = { answer: Shape; people: ToTell[]; left: number }

export type List = {
  rows: Row[]
  /** One for each running campaign; one without when none runs. */
  meters: { campaign: Shape | undefined; talked: number }[]
  total: number
  isBySite: boolean
}

/** What the functions of the screens take and give, named where they stand. */
declare global {
  namespace Screens {
    type asked = (app: App, person: string) => unknown
    type card = (app: App, id: string, asks: string, text: string | null) => unknown
    type askWords = (promise: Partial<Shape>) => string
    type anotherAnswer = (app: App, field: string, answer: (value: string) => void) => unknown
    type done = (app: App) => View
    type words = () => View
    type installPicture = (phone: "apple" | "android") => unknown
    type moreHelp = (isHere?: boolean) => unknown
    type saying = (app: App) => App["say"]
    type pretending = (phone: Phone) => Phone
    type practiceOver = (back: { href: string; text: string }) => View
    type feel = (app: App) => void
    type chips = (app: App, name: string, all: string[]) => unknown
    type checkbox = (app: App, name: string) => unknown
    type sending = (app: App) => unknown
    type problemWords = (problem: any) => string
    type held = (app: App) => unknown
    type changeOf = (save: OwnSave) => Wish | undefined
    type whatOf = (app: App, save: OwnSave) => string
    type item = (app: App, save: OwnSave) => unknown
    type drawFrame = (app: App, view: View, toast: Toast | null) => void
    type notHere = (next?: string) => View
    type undoButton = (app: App, saves: string | string[]) => unknown
    type undo = (app: App, saves: string | string[]) => Promise<void>
    type home = (app: App) => { href: string; text: string }
    type pill = (app: App) => unknown
    type lateSince = (app: App) => number | null
    type notices = (app: App) => unknown
    type join = (app: App) => View
    type givenIn = (ui: Record<string, any>) => string
    type redeem = (app: App) => Promise<void> | void
    type enter = (app: App, given: string) => Promise<void>
    type linkForm = (app: App) => unknown
    type refused = (app: App) => View
    type inForm = (problem: any) => unknown
    type joinHead = (app: App, where: Where) => string
    type joinFoot = (app: App, where: Where) => unknown
    type withSignal = (app: App, part: string, ...more: unknown[]) => any
    type whereFrom = () => Where
    type hints = (app: App, where: Where) => unknown
    type appleSteps = (app: App) => unknown
    type isFree = (app: App, where: Where) => boolean
    type lookForPrivate = (app: App) => Promise<void>
    type takePlace = (app: App, token: string, name: string) => Promise<void>
    type goOn = (app: App, place: place, problem: any) => Promise<void>
    type open = (app: App) => Promise<void>
    type close = (app: App) => void
    type getCode = (app: App) => Promise<void>
    type room = (app: App) => View
    type place = { place: string; sign: string; token: string }
    type waitIn = (app: App, place: place) => Promise<void>
    type waiting = (app: App, place: place) => View
    type scan = (app: App) => View
    type lookNow = (app: App) => Promise<void>
    type look = (app: App, stream: MediaStream) => Promise<void>
    type reader = () => Promise<(video: HTMLVideoElement) => Promise<string>>
    type tokenIn = (text: string) => string
    type tried = (app: App, work: () => Promise<void>) => Promise<void>
    type withPin = (app: App, then: () => Promise<void>) => Promise<void> | void
    type alreadyIn = (app: App) => View
    type line = (app: App, only?: string) => View
    type cardsOf = (app: App, found: Shape) => Card[]
    type hereOf = (app: App, id: string, cards: Card[]) => Map<string, number>
    type filter = (app: App, here: Map<string, number>) => unknown
    type rows = (app: App, id: string, cards: Card[], here: Map<string, number>) => unknown
    type row = (app: App, id: string, card: Card, starts: number | undefined) => unknown
    type check = (app: App, line: string, card: Card, way: "in" | "out", tapped: number) => Promise<void>
    type lines = (app: App) => View
    type list = (app: App) => View
    type steady = (app: App, fresh: List) => Row[]
    type meters = (app: App, list: List) => unknown
    type leftWords = (ends: string | undefined, now: number) => string
    type found = (app: App, rows: Row[]) => unknown
    type mark = (name: string, value: string) => void
    type drawRest = (app: App) => Promise<void>
    type drawAgain = (app: App, ms: number) => void
    type groups = (app: App, rows: Row[]) => unknown
    type rowGroup = (app: App, words: string, id: string, rows: Row[]) => unknown
    type way = (path: string) => unknown
    type box = (app: App, id: string, inside: unknown) => unknown
    type rowsOf = (rows: Row[], view?: string) => Row[]
    type finder = (app: App, label: string, hint?: string, aside?: unknown) => unknown
    type wanted = (app: App) => (text: string) => boolean
    type renew = (app: App) => void
    type away = (app: App) => unknown
    type listItem = (app: App, row: Row) => unknown
    type isUnfinished = (phone: Phone, id: string) => any
    type lastWords = (app: App, row: Row) => unknown
    type tag = (row: Row, isNext: boolean, isDraft: boolean) => unknown
    type foot = (app: App, fresh: List, rows: Row[]) => unknown
    type lineLinks = (app: App) => unknown
    type toPassOn = (phone: Phone) => Passing[]
    type passing = (app: App) => Passing[]
    type passOnLink = (app: App) => unknown
    type quoted = (answer: Shape) => string
    type tellOne = (app: App, answer: Shape, one: ToTell) => unknown
    type reaction = (app: App, answer: Shape, one: ToTell) => unknown
    type writeTold = (app: App, record: string, set: Record<string, Value>) => Promise<void>
    type answerPart = (app: App, passing: Passing) => unknown
    type change = (app: App) => View
    type noting = (app: App, key: string, asked: Question[], save: () => unknown, view: Pick<View, "title" | "back" | "body">) => View
    type asking = (app: App, key: string, notice: string, asked: Question[]) => unknown
    type turn = (app: App) => View
    type turnLine = (app: App, question: Question, isIn: boolean) => unknown
    type groupTalk = (app: App) => View
    type choosePerson = (app: App, id: string) => void
    type noted = (app: App, people: string[]) => View
    type saidWords = (app: App, id: string) => string
    type saveGroup = (app: App) => Promise<void>
    type newMeeting = (phone: Phone) => Meeting
    type answersOf = (draft: Meeting, person: string) => Answers
    type asks = (questions: Question[], draft: Meeting, person: string) => Question[]
    type meetingChanges = (phone: Phone, questions: Question[], draft: Meeting) => Wish[][]
    type inSaves = (parts: Wish[][]) => Wish[][]
    type assess = (app: App) => View
    type mayAssess = (app: App) => boolean
    type foundRows = (app: App) => Row[]
    type nameAndPlace = (row: Row) => unknown
    type Told = Record<string, Value | undefined>
    type draftFrom = (talk: Shape) => Draft
    type correctedChanges = (phone: Phone, talk: Shape, questions: Question[], draft: Draft) => Wish[]
    type partsOfTalk = (phone: Phone, talk: Shape, kinds?: Set<string>) => string[]
    type withIt = (phone: Phone, save: OwnSave) => string[]
    type savesWith = (phone: Phone, talks: Set<string>) => OwnSave[]
    type deeds = (saves: OwnSave[]) => OwnSave[]
    type talksIn = (save: OwnSave) => Wish[]
    type more = (app: App, talk: Wish, isOfSeveral: boolean) => unknown
    type withdrawn = (record: string, reason: string) => Wish
    type kindOf = (target: string) => string
    type news = (was: Told, told: Told, names: string[]) => Record<string, Value>
    type movePage = (app: App, id: string) => View
    type myList = (phone: Phone) => List
    type runningCampaigns = (phone: Phone) => Shape[]
    type startOf = (campaign: Shape | undefined) => number
    type newest = (talks: Shape[]) => Shape[]
    type isDue = (promise: Shape, today: string) => boolean
    type isToLeave = (phone: Phone, person: Shape) => boolean
    type nextAfter = (order: string[], id: string, list: List) => string | null
    type hasTalked = (talks: Shape[], from: number) => boolean
    type sectionOf = (phone: Phone, person: Shape, due: Shape[], talks: Shape[], from: number) => string
    type inOrder = (isBySite: boolean) => (a: Row, b: Row) => number
    type inTime = (a: string, b: string) => number
    type dueDay = (row: Row) => string
    type sinceTalk = (row: Row) => number
    type byPerson = (records: Shape[]) => Map<string, Shape[]>
    type other = (app: App, person: Shape) => View
    type doNotContact = (app: App, person: Shape) => View
    type person = (app: App) => View
    type consent = (app: App) => View
    type consentAsked = (app: App, id: string, way: string) => unknown
    type employers = (app: App, email: unknown) => unknown
    type isEmployers = (phone: Phone, here: string | null | undefined, email: unknown) => boolean
    type details = (app: App) => View
    /** What was typed into the form of a person's details, by field. */
    type Typed = Record<string, string>
    type fieldQuestion = (app: App, key: string, old: any) => Question
    type mistyped = (typed: Typed, name: string) => string | undefined | false
    type alike = (phone: Phone, name: string) => Shape[]
    type changesOf = (phone: Phone, typed: Typed, record: string, isNew: boolean) => Wish[]
    type saveDetails = (app: App, event: Event, name: string) => Promise<void>
    type areThey = (app: App) => unknown
    type worksites = (app: App, answer: (key: string, value: unknown) => void) => unknown
    type reached = (app: App, person: Shape) => unknown
    type called = (person: Shape) => unknown
    type refusedTo = (person: Shape) => unknown
    type pinField = (
      app: App,
      field: { label: string; isPhrase: boolean; isOff: boolean; typed?: (pin: string) => void },
    ) => unknown
    type digit = (key: string, isOff: boolean, press: () => void) => unknown
    type flaw = (pin: string, isPhrase: boolean) => string
    type Choosing = {
      lead: string
      back?: View["back"]
      chosen: () => unknown
    }
    type choosePin = (app: App) => View
    type choosing = (app: App, given: Choosing) => View
    type startChoosing = (app: App, more: Record<string, unknown>) => void
    type nextChoosing = (app: App, event: Event, chosen: () => unknown) => Promise<void>
    type unlock = (app: App) => View
    type openIt = (app: App, event?: Event) => Promise<void>
    type timeWords = (ms: number) => string
    type step = (app: App, isForgotten: boolean) => void
    type forgotten = (app: App) => View
    type hidden = (app: App) => View
    type security = (app: App) => unknown
    type changePin = (app: App) => View
    type reach = (app: App, person: Shape) => unknown
    type personNotices = (app: App, person: Shape) => unknown
    type promised = (app: App, id: string) => unknown
    type talks = (app: App, id: string) => unknown
    type ownTalks = (phone: Phone) => Set<string>
    type dayOfTalk = (app: App, talk: Shape) => string
    type twice = (app: App, id: string, talks: Shape[]) => unknown
    type personFoot = (app: App, id: string) => unknown
    type problem = (reason: any) => View
    type questionsNow = (phone: Phone) => Question[]
    type questionsIn = (phone: Phone, talk: Shape) => Question[]
    type questionsOf = (phone: Phone, ...ids: (string | null | undefined)[]) => Question[]
    type questionField = (app: App, question: Question, draft: Pick<Draft, "answers">, answer: (key: string, value: Value | undefined) => void, notice: string) => unknown
    type typed = (event: Event) => Value | undefined
    /** What stands about a question: what to know before, and what does not fit. */
    type Around = { hint: string; flaw: string }
    type Answer = (key: string, value: Value | undefined) => void
    type flawOf = (question: Question, answers: Answers) => string
    type warns = (app: App, asked: Question[]) => boolean
    type hintOf = (app: App, question: Question, notice: string) => string
    type aboutQuestion = (key: string, around: Around) => unknown
    type saidBy = (key: string, around: Around) => unknown
    type questionInput = (app: App, question: Question, value: Value | undefined, set: (event: Event) => void, around: Around) => unknown
    type choiceWords = (choice: Choice) => string
    type group = (question: Question, around: Around, inside: unknown) => unknown
    type questionsRows = (question: Question, value: Value | undefined, answer: Answer, around: Around) => unknown
    type radio = (name: string, words: string, isOn: boolean, choose: () => void) => unknown
    type days = (app: App, question: Question, value: Value | undefined, answer: Answer, around: Around) => unknown
    type resultChanges = (phone: Phone, person: string, result: string, how?: string, when?: number) => Wish[]
    type filled = (set: Record<string, unknown>) => Record<string, Value>
    type talkChanges = (phone: Phone, person: string, questions: Question[], draft: Draft, ran?: Record<string, unknown>) => Wish[]
    type movedChanges = (phone: Phone, talk: Shape, person: string) => Wish[]
    type momentOf = (draft: Draft, now: number) => number
    type keep = (app: App, changes: Wish[]) => Promise<Save | null>
    type keepOnce = (app: App, changes: Wish[]) => Promise<Save | null>
    type saveAndReturn = (app: App, person: string, changes: Wish[], words?: string) => Promise<void>
    type backToList = (app: App, person: string, save: { id: string | string[] }, words?: string) => Promise<void>
    type changedDetails = (phone: Phone, person: string, told: Record<string, Value>) => Record<string, Value>
    type campaignsNow = (phone: Phone, isTalk?: boolean) => Record<string, Value>
    type settings = (app: App) => View
    type carry = (app: App) => unknown
    type saveFile = (app: App) => void
    type takeFile = (app: App, event: Event) => Promise<void>
    type languageRows = (app: App) => unknown
    type lastContact = (app: App) => string
    type storage = (app: App) => unknown
    type tell = (app: App, isProtected: boolean) => void
    type newVersion = (app: App) => unknown
    type talk = (app: App) => View
    type draftOf = (app: App, id: string) => Draft
    type keepDraft = (app: App, more: Partial<Meeting>, key?: string) => void
    type askDay = (app: App) => void
    type whenAndHow = (app: App, draft: Draft, keep: (more: Partial<Draft>) => void) => unknown
    type save = (app: App, event: Event) => Promise<void>
    type fullName = (person: Shape | undefined) => string
    type firstName = (person: Shape | undefined) => string
    type shiftWords = (person: Shape) => string
    type aboutWords = (phone: Phone, person: Shape) => string
    type resultWords = (talk: Shape) => string
    type headsOf = (phone: Phone, talk: Shape) => Head[]
    type correctedAt = (phone: Phone, talk: Shape) => number
    type talkWords = (app: App, talk: Shape) => unknown
    type rapLink = (app: App, from?: string) => unknown
    type rap = (app: App) => View
    type RapBlock = { mark: string; lines: string[] }
    type blocksOf = (text: string) => RapBlock[]
    type partsOf = (line: string) => string[]
    type rapBlock = (block: RapBlock) => unknown
    type rapLine = (text: string) => unknown
    type answerWords = (app: App, question: Question, value: Value) => string
    type useLanguage = (code: unknown) => void
    type go = (path: string, replace?: boolean, isSaid?: boolean) => void
    type arrive = (isNew?: boolean, isSaid?: boolean) => Promise<void>
    type announce = (said: Toast | null) => void
    type learn = (facts: Awaited<ReturnType<Engine.facts>>) => void
    type follow = (event: MouseEvent) => void
    type memo = <T>(key: string, make: () => T) => T
    type addTexts = (code: Language, texts: Record<string, string | Record<string, string>>) => void
    type speak = (code: unknown) => void
    type t = (key: string, values?: Record<string, string | number | undefined>) => string
    type warmUp = () => void
    type plural = (forms: Record<string, string>, n: number) => string
    type inWords = (texts: any) => string
    type capital = (text: string) => string
    type dayOf = (ms: number) => string
    type noonOf = (day: string) => number
    type addDays = (day: string, days: number) => string
    type daysTo = (day: string, now: number) => number
    type dateWords = (day: string, now: number) => string
    type dayWords = (day: string, now: number) => string
    type clock = (ms: number) => string
    type momentWords = (ms: number, now: number) => string
    type written = (ms: number, how: Intl.DateTimeFormatOptions) => string
    type made = <T>(key: string, make: () => T) => T
    type plain = (text: string) => string
  }
}
