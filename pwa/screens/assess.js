// How strong somebody's support is: a judgement, on a page of its own, after parting.

import { dayOf, dayWords, t } from "../text.js"
import { html, nothing } from "../vendor/lit-html.js"
import { notHere } from "./frame.js"
import { mayAssess } from "./parting.js"
import { saveAndReturn } from "./saving.js"
import { firstName } from "./words.js"

/** @type {Screens.assess} */
export function assess(app) {
  const { phone, route } = app
  const person = phone.get("person", route.id)
  const name = firstName(person)
  if (!person || !mayAssess(app)) return notHere(t("assess_off"))
  const [last] = phone
    .all("assessment")
    .filter((one) => one.person === route.id)
    .sort((a, b) => b.when - a.when)
  const note = (/** @type {number} */ level) => {
    const set = { person: route.id, level, when: phone.now() }
    return saveAndReturn(app, route.id, [{ kind: "assessment", record: phone.newId(), set }])
  }
  return {
    name: "assess",
    title: t("assess_title", { name }),
    tab: "Rounds",
    back: { href: "/", text: t("list_title") },
    head: html`<p class="sub">${t("assess_next", { name })}</p>`,
    body: html`<div class="stack">
        ${[1, 2, 3, 4, 5].map(
          (level) => html`<button type="button" class="row level" @click=${() => note(level)}>
            <i class="support s${level}" aria-hidden="true"></i>
            <span class="who"><b>${level} · ${t(`support_${level}`)}</b></span>
          </button>`,
        )}
        <a class="button" href="/">${t("assess_not")}</a>
      </div>
      ${
        last
          ? html`<p class="sub">${t("assess_last", {
              level: last.level,
              day: dayWords(dayOf(last.when), phone.now()),
            })}</p>`
          : nothing
      }`,
  }
}
