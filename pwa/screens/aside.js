// What stands beside the daily round. In files of their own small screens cost a phone more bytes.
import { assess } from "./assess.js"
import { change } from "./change.js"
import { choose_pin } from "./choose_pin.js"
import { consent } from "./consent.js"
import { details } from "./details.js"
import { done } from "./done.js"
import { group } from "./group.js"
import { join } from "./join.js"
import { passOn } from "./pass_on.js"
import { practice } from "./practice.js"
import { help, privacy } from "./privacy.js"
import { rap } from "./rap.js"
import { settings } from "./settings.js"
import { turn } from "./turn.js"
import { unlock } from "./unlock.js"

/** By the first word of the address. @type {Record<string, import("../types/screens").Screen>} */
export const aside = {
  "pass-on": passOn,
  add: details,
  assess,
  change,
  choose_pin,
  consent,
  correct: details,
  done,
  group,
  help,
  join,
  practice,
  privacy,
  rap,
  settings,
  turn,
  unlock,
}
