// What is kept about people, in short: for whoever asks on the spot. The whole: docs/PRIVACY.md.

import { t } from "../text.js"
import { html } from "../vendor/lit-html.js"

const PARTS = ["kept", "seen", "long", "rights", "limits"]

/** @type {import("../types/screens").Screen} */
export function privacy() {
  return {
    name: "privacy",
    title: t("privacy_title"),
    back: { href: "/settings", text: t("settings_title") },
    body: PARTS.map(
      (part) => html`<div class="card">
        <b>${t(`privacy_${part}_title`)}</b>
        <p>${t(`privacy_${part}`)}</p>
      </div>`,
    ),
  }
}
