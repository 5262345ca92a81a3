// What stands beside the daily round. In files of their own small screens cost a phone more bytes.
export { choose_pin } from "./choose_pin.js"
export { consent } from "./consent.js"
export { done } from "./done.js"
export { join } from "./join.js"
export { privacy } from "./privacy.js"
export { rap } from "./rap.js"
export { settings } from "./settings.js"
export { unlock } from "./unlock.js"
