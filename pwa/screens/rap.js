// What to say: the campaign's script, talking points and sheets, as the coordinators wrote them.

import { dateWords, inWords, t } from "../text.js"
import { html, nothing } from "../vendor/lit-html.js"
import { runningCampaigns } from "./my_list.js"
import { blocksOf, partsOf } from "./rap_text.js"
import { fullName } from "./words.js"

/** @type {Screens.rap} */
export function rap(app) {
  const { phone, route } = app
  const found = runningCampaigns(phone).filter((one) => inWords(one.rap))
  const isTalk = route.hash === "talk"
  const back = isTalk ? t("rap_back") : fullName(phone.get("person", route.id))
  return {
    name: "rap",
    title: t("rap_title"),
    back: { href: `/${isTalk ? "talk" : "person"}/${route.id}`, text: back },
    body: found.length
      ? found.map(
          ({ name, ends, rap }) => html`<p class="sub"><b>${inWords(name)}</b>${
            ends ? ` · ${t("until", { day: dateWords(ends, phone.now()) })}` : nothing
          }</p>
          <div class="rap-text">${blocksOf(inWords(rap)).map(block)}</div>`,
        )
      : html`<p class="card">${t("rap_none")}</p>`,
  }
}

/** @type {Screens.rapBlock} */
function block({ mark, lines }) {
  if (mark === "# ") return html`<h2>${lines}</h2>`
  if (mark) return html`<ul>${lines.map((one) => html`<li>${line(one)}</li>`)}</ul>`
  return html`<p>${lines.map((one) => html`${line(one)}<br>`)}</p>`
}

/** @type {Screens.rapLine} */
const line = (text) =>
  partsOf(text).map((part, n) =>
    n % 2 ? html`<a href=${part} target="_blank" rel="noreferrer">${part.slice(8)}</a>` : part,
  )
