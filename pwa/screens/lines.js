// A captain's lines. With one line only, it opens at once.

import { t } from "../text.js"
import { html } from "../vendor/lit-html.js"
import { notices } from "./frame.js"
import { line } from "./line.js"

/** @type {Screens.lines} */
export function lines(app) {
  const own = app.phone.all("picket_line")
  if (own.length === 1 && own[0]) return line(app, own[0].id)
  return {
    name: "lines",
    title: t("lines_title"),
    hasPill: true,
    hasGear: true,
    body: html`${notices(app)}
      ${
        own.length
          ? html`<ul>${own.map(
              ({ id, name, place }) => html`<li><a class="row" href="/line/${id}">
              <span class="who"><b>${name}</b><small>${place}</small></span>›</a></li>`,
            )}</ul>`
          : html`<div class="card"><b>${t("no_line")}</b><p>${t("no_line_next")}</p></div>`
      }`,
  }
}
