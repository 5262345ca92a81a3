// What only captains open. It imports main.js, which is there already: so all that the app starts
// with is put together into one file, and not one for each set of screens that share it.
import "../main.js"

export { line } from "./line.js"
export { lines } from "./lines.js"
