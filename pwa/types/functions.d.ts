// The engine's functions by name, as `@type {Engine.name}` in the files that phones load: their
// types stand here so that those files stay small. Only tsc reads this.
import type {
  Answers, BaseRecord, Box, Change, Choice, Clock, Cursor, Field, Fields, Folded, Head, Key, Kind, Kinds,
  Leaving, Lift, Lock, Me, OwnSave, Page, Plan, Problem, Question, Row, Save, Shape, Shown, Stamped,
  Value, Wish, Write,
} from "./engine"

declare global {
  namespace Engine {
    type Rulings = Map<string, boolean>
    type Writes = Map<string, Write>
    type Told = { problem: string; title?: string; safe?: string; next?: string }
    type Outcome = { ok: boolean; problem?: Told }
    type Load = {
      /** What this phone goes by: the cookie may be another's already, its reply lost on the way. */
      device: string | undefined
      /** The version it runs, where the server was not told since the start. */
      app?: string | undefined
      /** How many saves wait beside those in `sent`; none is undefined. */
      unsent?: number | undefined
      cursor: Cursor | null
      key: string | undefined
      clock: Clock | undefined
      /** The read token; a locked phone has none. */
      read: string | undefined
      /** Envelopes by the save's id. */
      sent: Map<string, string>
      more: boolean
    }
    type Event = { id: string; person: string; way: string; at: number }
    type Session = { person: string; starts: number; ends: number; flags: string[] }
    type Paired = { sessions: Session[]; strays: Event[] }
    type Memory = ReturnType<typeof import("../memory.js").createMemory>

    // sync/
    type own = <T>(from: Record<string, T> | undefined, name: string) => T | undefined
    type fieldOf = (kind: Kind | undefined, register: string) => Field | undefined
    type ruleOf = (kind: Kind | undefined, register: string) => string
    type rankOf = (roles: string[]) => number
    type subjectOf = (kind: Kind | undefined, record: string, about: unknown) => string | null
    type heads = (rule: string, writes: Writes, counted: Set<string>) => Write[]
    type shown = (rule: string, standing: Head[]) => Shown
    type same = (one: Value, other: Value) => boolean
    type removes = (rule: string, later: Write, earlier: Write) => boolean
    type sightings = (write: Write, writes: Writes, counted: Set<string>) => string[]
    type knot = (seen: Map<string, string[]>) => Set<string>
    type endless = (edges: Map<string, string[]>) => Map<string, string[]>
    type protects = (rule: string, value: Value) => boolean
    type undo = (...saveIds: string[]) => Promise<Save>
    type ofHeads = (standing: Head[]) => Head
    type isAfter = (one: Head, other: Head) => boolean
    type merge = (saves: Stamped[], kinds: Kinds) => Map<string, Map<string, Folded>>
    type foldRecord = (
      kind: Kind | undefined,
      record: string,
      saves: Stamped[],
      rulings: Rulings,
      base?: Map<string, Head[]>,
    ) => Map<string, Folded>
    type foldRulings = (saves: Stamped[], silent?: Rulings) => Rulings
    type unheard = (saves: Stamped[]) => Rulings
    type batchOf = (stamped: Stamped) => string
    type counts = (stamped: Stamped, at: number, stickyOn: boolean, rulings: Rulings) => boolean
    type recordsOf = (stamped: Pick<Stamped, "save">) => string[]
    type writeOf = (stamped: Stamped, at: number, change: Change, register: string) => Write
    type fold = (rule: string, writes: Writes, counted?: Set<string>) => Folded
    type writeSave = (save: Save) => string
    type changeId = (saveId: string, position: number) => string
    type uuid7 = (ms: number, chance: Uint8Array) => string
    type sealEnvelope = (save: Save, key: Key, secret: string) => Promise<string>
    type openEnvelope = (envelope: string) => Save | null
    type marked = (info: Bytes, text: string, secret: Bytes) => Promise<Bytes>
    type packed = (format: CompressionFormat, text: string) => Promise<ArrayBuffer | null>
    type bytesOf = (text: string) => Bytes
    type textOf = (bytes: Bytes) => string
    type Bytes = Uint8Array<ArrayBuffer>
    type Part = string | ArrayBuffer | Bytes
    type seal = (
      to: Bytes,
      info: Bytes,
      data: Bytes | Promise<Bytes>,
      aad?: Bytes,
      pair?: CryptoKeyPair | Promise<CryptoKeyPair>,
    ) => Promise<Bytes>
    type extract = (
      suite: string,
      salt: BufferSource,
      label: string,
      secret: Part,
    ) => Promise<(size: number, purpose: string, ...context: Part[]) => Promise<ArrayBuffer>>
    type labeledHash = (label: string, data: Part) => Promise<ArrayBuffer>
    type hmac = (secret: Bytes, data: Bytes) => Promise<ArrayBuffer>
    type joined = (...parts: Part[]) => Bytes
    type lift = (save: Save, lifts: Lift[]) => Save
    type liftChange = (change: Change, step: Lift) => Change
    type renamed = <T>(
      given: Record<string, T>,
      valueOf: (register: string, value: T) => T,
    ) => Record<string, T>
    type measure = (sent: number, received: number, server: number) => Clock
    type estimate = (clock: Clock | undefined, device: number) => { at: number; at_error_ms: number }
    type readQuestions = (text: string) => Question[]
    type isFor = (answer: Record<string, any>, person: Record<string, any>, talks: Record<string, any>[]) => boolean
    type visible = (questions: Question[], answers: Answers) => Question[]
    type together = (questionnaires: Question[][]) => Question[]
    type choicesOf = (question: Pick<Question, "type" | "choices">) => Choice[]
    type effects = (questions: Question[], answers: Answers, language: string) => Record<string, Value>
    type elsewhere = (effects: Record<string, Value>) => Pick<Wish, "kind" | "set">[]
    type kept = (questions: Question[], answers: Answers) => Record<string, Value>
    type inWords = (
      question: Question,
      value: Value,
      language: string,
      known: (key: string) => string,
    ) => string
    type written = (question: Question, value: Value, language: string) => Record<string, Value>
    type eachOf = (questions: Question[]) => Set<string | undefined>
    type chosen = (question: Question, answers: Answers) => string[]
    type keysOf = (question: Question, value: Value) => string[]
    type isEmpty = (value: Value | undefined) => value is null | undefined | ""
    type pair = (events: Event[], now: number) => Map<string, Paired>
    type pairOne = (events: Event[], now: number) => Paired
    type inOrder = (events: Map<string, Event>) => Event[]

    // store/
    type Store = "saves" | "records" | "drafts" | "settings" | "carried" | "pages" | "inside"
    type Named = "settings" | "carried" | "inside"
    type Held = {
      settings: Map<string, any>
      saves: Row[]
      carried: Map<string, any>
      pages: Box[]
      inside: Map<string, Box>
      /** Of a phone from before there was a vault. */
      records: BaseRecord[]
      drafts: Map<string, any>
    }
    type Boxes = { clear: boolean; boxes: Box[] }
    type MovedIn = { saves: Row[]; pages: Box[]; inside: Record<string, Box> }
    type Emptying = "wiped" | "forgotten" | "expired" | "guest"
    type useKey = (bytes: Bytes) => Promise<void>
    type shut = (value: unknown) => Promise<Box>
    type opened = (box: Box) => Promise<any>
    type tried = (box: Box) => Promise<any>
    type hidden = (name: string) => Promise<string>
    type lockedWith = (pin: string, rounds: number) => Promise<Lock>
    type openedWith = (lock: Lock, stretched: CryptoKey) => Promise<boolean>
    type stretched = (pin: string, lock: Pick<Lock, "salt" | "rounds">) => Promise<CryptoKey>
    type aesOf = (bytes: ArrayBuffer | Bytes) => Promise<CryptoKey>
    type encrypted = (key: CryptoKey, bytes: Bytes) => Promise<Bytes>
    type decrypted = (key: CryptoKey, box: Bytes) => Promise<ArrayBuffer>
    type chance = (length: number) => Bytes
    type readInside = (held: Held) => Promise<{
      who: Record<string, any>
      rows: Row[]
      records: BaseRecord[]
      forget: Leaving[]
      drafts: Map<string, any>
      isWhole: boolean
    }>
    type pairOf = (note: { name: string; draft: unknown }) => [string, unknown]
    type readRows = (rows: Row[]) => Promise<Row[]>
    type boxed = (row: Row) => Promise<Row>
    type outsideOf = (row: Row) => Row
    type pageBoxes = (
      memory: Memory,
      plan: Plan,
      pending: Leaving[],
      count: number,
    ) => Promise<Boxes>
    type narrows = (memory: Memory, record: BaseRecord) => boolean
    type recordBoxes = (records: BaseRecord[], forget: Leaving[]) => Promise<Box[]>
    type whoBox = (settings: Map<string, any>) => Promise<Box>
    type outsideOnly = (values: Record<string, unknown>) => Record<string, unknown>
    type isOfMe = (name: string) => boolean
    type draftBox = (name: string, draft: unknown) => Promise<Record<string, Box | undefined>>
    type movedIn = (held: Held) => Promise<MovedIn>
    type only = (
      values: Record<string, any>,
      isWanted: (name: string) => boolean,
    ) => Record<string, any>
    type keepWho = (
      who: Box | null,
      values: Record<string, unknown>,
      clear: string[],
    ) => Promise<unknown>
    type moveIn = (
      inside: MovedIn,
      values: Record<string, unknown>,
      count: number,
    ) => Promise<boolean>
    type empty = (reason: Emptying) => Promise<unknown>
    type whereNow = () => Promise<{ cursor: Cursor | undefined; count: number }>
    type attempt = <T>(stores: Store[], work: (transaction: IDBTransaction) => Promise<T>) => Promise<T>
    type withTransaction = (transaction: IDBTransaction) => void
    type connection = () => Promise<IDBDatabase>
    type given = <T>(request: IDBRequest<T>) => Promise<T>
    type upgrade = (db: IDBDatabase, from: number) => void
    type putNamed = (named: IDBObjectStore, values: Record<string, unknown>) => void
    type allNamed = (store: Named) => Promise<Map<string, any>>
    type named = (store: IDBObjectStore) => Promise<Map<string, any>>
    type keepNamed = (store: Named, values: Record<string, unknown>) => Promise<unknown>
    type addSave = (row: Row, known: number) => Promise<{ last: number; rows: Row[] } | null>
    type waitingSaves = (limit: number) => Promise<Row[]>
    type stored = (withBoxes?: boolean) => Promise<Held>
    type keepPage = (
      plan: Plan,
      kept: { device: string; values: Record<string, unknown>; who: Box | null } & Boxes,
      known: number,
    ) => Promise<Row[]>
    type made = (
      saves: IDBObjectStore,
      device: string,
      known: number,
      last: number,
    ) => Row[] | Promise<Row[]>
    type counterOf = (device: string) => string

    // memory.js, page.js
    type kindOf = (kind: string) => Kind | undefined
    type onRecord = (kind: string, id: string) => void
    type get = (kind: string, id: string) => Shape | undefined
    type all = (kind: string) => Shape[]
    type foldOne = (kind: string, id: string) => Map<string, Folded>
    type values = (kind: string, id: string) => [register: string, value: Value][]
    type seen = (kind: string, id: string, register: string) => { heads: Write[]; saw: string[] }
    type take = (rows: Iterable<Row>) => void
    type load = (
      records: BaseRecord[],
      rows: Iterable<Row>,
      seq: number,
      volunteer: string | undefined,
    ) => void
    type apply = (plan: Plan, seq: number) => void
    type stamp = (row: Row) => Stamped
    type open = (row: Row) => Save
    type ruledBy = (rows: Row[]) => Rulings
    type rowOf = (target: string) => Row | undefined
    type refold = () => Change[]
    type unbased = () => Row[]
    type put = <K, V>(map: Map<K, V>, key: K, make: () => V) => V
    type restore = (known: Map<string, Head[]>, before: Row["before"]) => void
    type shape = (id: string, values: [register: string, value: Value][]) => Shape | undefined
    type planOf = (
      memory: Memory,
      page: Page,
      pending: Leaving[],
      carried: Map<string, string>,
    ) => Plan
    type isErased = (row: Row) => boolean
    type changed = (memory: Memory, page: Page, rows: Map<string, Row>) => Row[]
    type touchedBy = (memory: Memory, row: Row) => string[]
    type isNothing = (record: Page["records"][number]) => boolean
    type receipted = (memory: Memory, page: Page) => Map<string, Row>
    type merged = (memory: Memory, record: Page["records"][number], fresh: boolean) => BaseRecord
    type isSomething = (record: BaseRecord) => boolean
    type keyOf = (record: { kind: string; id: string }) => string
    type subjectsWaiting = (memory: Memory, rows: Map<string, Row>) => Set<string | null>
    type noteMoved = (people: string[]) => void
    type recordsAbout = (memory: Memory, subjects: string[]) => Leaving[]
    type prunable = (memory: Memory, page: Page) => Row[]

    // problems.js, exchange.js, sender.js
    type problem = (code: string, more?: Partial<Problem>) => Problem
    type plain = (reason: unknown) => Told
    /** What a turn asks of the phone. */
    type Ends = {
      gather: (limit: number) => Promise<Load>
      /** Resolves to whether saves that had a receipt are to be sent again. */
      apply: (page: Page, sent: number, received: number) => Promise<boolean>
      /** What is left to do once a page is applied. */
      finish: (page: Page) => Promise<void>
      /** Whether it is still to be sent, in this very envelope. */
      isWaiting: (id: string, envelope: string) => boolean
      setAside: (id: string, reason: Problem) => void
      /** Resolves to false when the turn should give up. */
      pause: (ms: number) => Promise<boolean>
      language: () => string
    }
    type takeTurn = (ends: Ends) => Promise<void>
    type exchangeOnce = (ends: Ends, load: Load) => Promise<boolean>
    type join = (
      token: string,
      language: string,
    ) => Promise<Me & { seal?: string; key?: Key; now?: number; read?: string }>
    type ask = (what: string, body: Record<string, string>, language: string) => Promise<any>
    type post = (url: string, text: string, language: string, read?: string) => Promise<any>
    type request = (url: string, options?: RequestInit) => Promise<any>
    type read = (text: string) => any
    type isPage = (page: any) => page is Page
    /** What saving and sending both look at. */
    type Common = {
      memory: Memory
      settings: () => Map<string, any>
      carried: () => Map<string, string>
      me: () => Me | null
      device: () => string | undefined
    }
    type createSaver = (given: Common) => {
      save: keepSave
      time: () => { at: number; at_error_ms: number }
      newId: () => string
      idle: () => Promise<unknown>
    }
    type keepSave = (wishes: Wish[]) => Promise<Row>
    type makeRow = (wishes: Wish[], by: Me, id: string, n: number) => Row
    type readable = (row: Row) => any
    type sealed = (row: Row, settings: Map<string, any>) => Promise<Row>
    type newSettings = (page: Page, me: Me) => NewsPage["values"]
    type readableIn = (page: Page) => Page
    type createSender = (
      given: Common & {
        load: () => Promise<void>
        /** How often everything was read anew. */
        loads: () => number
        hold: hold
        notify: () => void
        tell: (news?: News) => void
      },
    ) => Sender
    type Sender = {
      send: () => Promise<Outcome>
      start: () => void
      language: () => string
      setAside: Map<string, Problem>
      last: () => { at: number; ok: boolean; problem: Told | null } | null
      isSending: () => boolean
      progress: () => { of: number; isFirst: boolean } | null
    }

    // phone.js
    /** What one page changed, and the cursor it went on from, as JSON. */
    type NewsPage = {
      from: string | undefined
      plan: Plan
      values: { cursor: Cursor | undefined } & Record<string, unknown>
    }
    type News = { row?: Row; page?: NewsPage; locked?: true }
    type hold = (page: NewsPage) => void
    type joinWith = (token: string, isGuest?: boolean) => Promise<Me>
    type writeDraft = (name: string, draft: unknown) => Promise<unknown>

    // lock.js
    type createLock = (given: {
      settings: () => Map<string, any>
      load: () => Promise<void>
      notify: () => void
      post: (news: News) => void
      idle: () => Promise<unknown>
      alone: (work: () => Promise<void>) => Promise<void>
      send: () => void
      rounds: number
      expires_ms: number
      delays_s: number[]
    }) => Lockable
    type painted = (breath_ms?: number) => Promise<void>
    type facts = () => Promise<{
      kinds: Kinds
      standing: Question[]
      lifts: Lift[]
      texts: Record<string, Record<string, string | Record<string, string>>>
    }>
    type Seams = { shown?: Promise<void>; painted?: () => Promise<void>; rounds?: number; expires_ms?: number; delays_s?: number[] }
    type Lockable = {
      state: () => "new" | "choose" | "locked" | "open"
      choose: withPin
      unlock: withPin
      waits: () => number
      lock: () => Promise<void>
      shutHere: () => Promise<void>
      forget: forgetAll
      expire: () => Promise<void>
    }
    type withPin = (pin: string) => Promise<void>
    type noteTries = (tries: { n: number; until: number } | undefined) => Promise<void>
    type keepLock = (pin: string, clear: string[]) => Promise<unknown>
    type newLock = (pin: string) => Promise<Record<string, unknown>>
    type forgetAll = (reason: Emptying) => Promise<void>
    type save = (wishes: Wish[]) => Promise<Save>
    type saves = () => OwnSave[]
    type carry = (text: string) => Promise<number>
    type writeFile = (envelopes: string[]) => string
    type readFile = (
      text: string,
      carried: Map<string, string>,
      own: Map<string, unknown>,
    ) => Map<string, string>
    type envelopesIn = (text: string) => any[]
    type isText = (value: unknown) => boolean
    type register = (kind: string, id: string, field: string) => Shown & { heads: Head[] }

    // auto_lock.js, update.js
    type watchUse = (phone: import("../phone.js").Phone) => void
    type Offer = (version: string, useNow?: () => void) => void
    type watchUpdate = (offer: Offer) => Promise<void>
    type revision = (registration: ServiceWorkerRegistration) => Promise<string>
    type trustedAddress = (url: string) => string
  }
}
