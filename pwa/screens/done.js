// What I did this week, what is still on this phone, and how to put a slip right.

import { capital, momentWords, t } from "../text.js"
import { html, nothing, repeat } from "../vendor/lit-html.js"
import { home, undo } from "./frame.js"
import { movePage } from "./move.js"
import { fullName } from "./words.js"

const OURS = ["no_network", "time_out", "bad_reply", "not_joined"]
const WEEK_MS = 7 * 86_400_000

/** @type {Screens.done} */
export function done(app) {
  if (app.route.hash.startsWith("move=")) return movePage(app, app.route.hash.slice(5))
  const since = app.phone.now() - WEEK_MS
  const week = app.phone.saves().filter((save) => save.at > since && !save.undone)
  const own = week.filter((save) => whatOf(app, save))
  const talks = own.map(talkOf).filter((talk) => talk?.set.result === "talked")
  const talkedTo = new Set(talks.map((talk) => talk?.set.person)).size
  return {
    name: "done",
    title: t("done_title"),
    back: home(app),
    body: html`<p class="thanks">${talkedTo ? t("thanks", { n: talkedTo }) : t("no_talks")}</p>
      ${sending(app)} ${held(app)}
      ${own.length ? html`<h2 id="week">${t("this_week")}</h2>` : nothing}
      <ul aria-labelledby="week">${repeat(
        own,
        ({ id }) => id,
        (save) => item(app, save),
      )}</ul>
      <a class="row link" href="/settings">${t("settings_title")}</a>`,
  }
}

/** @type {Screens.sending} */
export function sending(app) {
  const { phone, ui } = app
  const { count, since } = phone.unsent()
  const send = async () => {
    ui.sending = true
    app.draw()
    const { ok, problem } = await phone.exchange()
    Object.assign(ui, { sending: false, sent: ok ? t("sent_all") : problemWords(problem) })
    app.draw()
  }
  return html`<div class="card">
    <b>${count ? t("kept_since", { n: count, when: momentWords(since ?? 0, phone.now()) }) : t("nothing_unsent")}</b>
    <p>${count ? t("kept_next") : t("nothing_unsent_next")}</p>
    <button type="button" class="button" ?disabled=${ui.sending} @click=${send}>
      ${t(ui.sending ? "sending" : "send_now")}
    </button>
    <p role="status">${ui.sent ?? nothing}</p>
  </div>`
}

/** The server's words where it has some, else ours. @type {Screens.problemWords} */
export function problemWords(problem) {
  const { title, safe, next, problem: code } = problem ?? {}
  if (title) return [title, safe, next].filter(Boolean).join(" ")
  const ours = OURS.includes(code) ? code : "app_failed"
  return t(`problem_${ours}`)
}

/** @type {Screens.held} */
function held(app) {
  return app.phone.attention().map(
    (save) => html`<div class="card due">
      <b>${t("held", { what: whatOf(app, save) || t("what_details") })}</b>
      <p>${t("held_next")}</p>
    </div>`,
  )
}

/** @type {Screens.talkOf} */
const talkOf = (save) => save.changes.find((change) => change.kind === "conversation")

/** In words, what a save did; nothing for check-ins and rulings. @type {Screens.whatOf} */
function whatOf(app, save) {
  const talk = talkOf(save)
  const change = save.changes.find(({ kind }) => kind === "person" || kind === "follow_up")
  if (!talk && !change) return ""
  const about =
    talk?.set.person ??
    (change?.kind === "person"
      ? change.record
      : app.phone.get("follow_up", change?.record ?? "")?.person)
  const name = fullName(app.phone.get("person", String(about)))
  if (talk) return `${name} · ${t(`result_${talk.set.result}`)}`
  const asked = Object.keys(change?.set ?? {})[0] ?? ""
  const word = asked.startsWith("do_not_contact/")
    ? "leave"
    : asked === "state"
      ? "what_done"
      : "what_details"
  return `${name} · ${t(word)}`
}

/** @type {Screens.item} */
function item(app, save) {
  const what = whatOf(app, save)
  const state = save.verdict === "held" ? "is_held" : save.seq === null ? "is_kept" : "is_sent"
  const [name, rest] = what.split(" · ")
  return html`<li>
    <details class="deed">
      <summary class="row"><span class="who"><b>${name}</b>
          <small>${capital(rest ?? "")} · ${momentWords(save.at, app.phone.now())}</small></span>
        <span class="tag ${state}">${t(state)}</span></summary>
      <div class="two">
        <button type="button" class="button" @click=${() => undo(app, save.id)}>${t("undo")}</button>
        ${
          talkOf(save)
            ? html`<a class="button" href="/done#move=${save.id}">${t("move")}</a>`
            : nothing
        }
      </div>
    </details>
  </li>`
}
