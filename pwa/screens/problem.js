// When Rounds cannot start on this phone: what happened, what is safe, what to do.

import { t } from "../text.js"
import { html } from "../vendor/lit-html.js"

/** @type {Record<string, string>} */
const WORDED = {
  no_storage: "no_storage",
  storage_failed: "no_storage",
  storage_full: "storage_full",
  no_network: "no_network",
}

/** `reason` a problem, or whatever was thrown @type {Screens.problem} */
export function problem(reason) {
  const code = WORDED[reason?.problem] ?? "app_failed"
  return {
    name: "problem",
    title: t(`stop_${code}`),
    body: html`<div role="alert">
        <p class="lead">${t(`stop_${code}_next`)}</p>
        <p class="lead">${t("stop_safe")}</p>
      </div>
      <p class="sub">${reason?.problem ?? ""}</p>`,
    foot: html`<button type="button" class="button main" @click=${() => location.reload()}>
      ${t("try_again")}
    </button>`,
  }
}
