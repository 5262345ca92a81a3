// Shapes the phone's engine shares. Only tsc reads this; nothing here is served.

export type Value = string | number | boolean | null

export type Head = {
  id: string
  value: Value
  at: number
  at_error_ms: number
  rank: number
  by: string
}

/** A head with what its author had seen. */
export type Write = Head & { saw: string[] }

export type Shown = { value: Value; id: string | null; conflict: boolean; proposals: Head[] }

export type Folded = { heads: Write[]; shown: Shown }

export type Field = {
  type: string
  rule: string
  label: Words
  max?: number
  min?: number
  choices?: string[]
  to?: string
  each?: boolean
  elements?: string[]
  write?: string[]
}

export type Kind = {
  kind: string
  label: Words
  about: string
  write: string[]
  views: Record<string, "*" | string[]>
  fields: Record<string, Field>
}

export type Kinds = Record<string, Kind>
export type Words = Record<string, string>

/** What a screen asks to save. */
export type Wish = { kind: string; record: string; set: Record<string, Value> }

export type Change = Wish & { saw: Record<string, string[]> }

export type Save = {
  id: string
  device: string
  n: number
  at: number
  at_error_ms: number
  schema: number
  changes: Change[]
}

/** A save with what the server wrote on it, or will. */
export type Stamped = {
  save: Save
  seq: number | null
  author: string
  rank: number
  verdict: string
  early: number[]
}

/** A key of the server; `public` is an uncompressed P-256 point, base64url. */
export type Key = { id: string; public: string }

/** What changed in the names of kinds, registers and values, up to a schema. */
export type Lift = {
  to: number
  kinds: Record<string, string>
  registers: Record<string, Record<string, string>>
  values: Record<string, Record<string, Record<string, Value>>>
}

export type Receipt = {
  save: string
  n: number
  seq: number
  verdict: "taken" | "held" | "erased"
  reason?: string | null
  /** Where another device of the volunteer's made it. */
  device?: string
  /** Where the server reckons the save's time otherwise than the device said. */
  at?: number | null
  at_error_ms?: number | null
}

/** A value in a box: iv and ciphertext; itself where there is no WebCrypto. */
// biome-ignore lint/suspicious/noExplicitAny: whoever shut it knows what is in it
export type Box = any

/** The vault's key, shut with a PIN or passphrase stretched by `rounds` of PBKDF2. */
export type Lock = { salt: Uint8Array<ArrayBuffer>; rounds: number; key: Uint8Array<ArrayBuffer>; isPhrase?: boolean }

/**
 * An own save. `waiting` is there (1) until a receipt is, `since` when that came (ms). `save` is
 * what can be read: null after a wipe, missing in rows of version 1. On disk author, rank, save,
 * rules and before lie in the box `kept`; a locked phone knows none of them.
 */
export type Row = {
  device: string
  n: number
  id: string
  at: number
  author: string
  rank: number
  save?: Save | null
  envelope: string
  rules: boolean
  before: { change: string; register: string; heads: Head[] }[]
  receipt: Receipt | null
  kept?: Box | undefined
  since?: number
  waiting?: 1
}

export type Fields = Record<string, Head[]>
/** What the server sent of a record; `about` is its subject. */
export type BaseRecord = { kind: string; id: string; about: string; fields: Fields }
export type Cursor = { epoch: string; seq: number; id: string }
export type Clock = { offset_ms: number; error_ms: number; at: number }

/** `write` is the only head of each register in `said`. */
export type SentRecord = BaseRecord & {
  whole: boolean
  write?: Omit<Head, "value">
  said?: Record<string, Value>
}

export type Page = {
  protocol: 2
  receipts: Receipt[]
  records: SentRecord[]
  forget: string[]
  moved?: string[]
  cursor: Cursor
  fresh: boolean
  more: boolean
  now: number
  backed_up_to: number
  key?: Key
  device?: { id: string; seal: string } | undefined
  wipe?: true
  locked?: true
}

/** What applying one page does to the stores, all in one transaction. */
export type Plan = {
  clear: boolean
  puts: BaseRecord[]
  drops: { kind: string; id: string }[]
  rows: Row[]
  pruned: Row[]
  /** Carried saves that have a receipt. */
  delivered: string[]
  /** Own saves the server knows of go up to this number. */
  n: number
  forget: Leaving[]
  /** Whom of those to forget somebody else has now. */
  moved: string[]
}

/** A record to forget, and whom it is about. */
export type Leaving = { subject: string; kind: string; id: string }

export type Problem = Error & {
  problem: string
  title?: string
  safe?: string
  next?: string
  status?: number
  retry_after_s?: number
}

export type Me = {
  volunteer: string
  name: string
  roles: string[]
  device: string
  language: string
}

/** One record as screens see it: shown values; each-fields as {element: value}. */
// biome-ignore lint/suspicious/noExplicitAny: fields are data, named by sync/kinds
export type Shape = { id: string } & Record<string, any>

export type OwnSave = {
  n: number
  id: string
  at: number
  changes: Change[]
  seq: number | null
  verdict: Receipt["verdict"] | null
  reason: string | null
  undone: boolean
}

export type Text = Record<string, string>

/** One without `text` is said the same in all questionnaires. */
export type Choice = { key: string; text?: Words; sets?: Record<string, Value> }

export type Question = {
  key: string
  type: string
  text: Words
  hint?: Words
  choices?: Choice[]
  when?: { question: string; is?: string[] }
  to?: string
  /** Where the words go that it was asked in. */
  wording?: string
  /** What an ask asks to take part in. */
  action?: string
  /** The ends of a scale. */
  low?: Words
  high?: Words
  required?: boolean
  /** Of a number itself, of the letters of a text, of how many are chosen. */
  min?: number
  max?: number
  /** Whether everybody in a group conversation answers for themselves. */
  each?: boolean
}

export type Answers = Record<string, Value | undefined>
