// What only captains open.
export { line } from "./line.js"
export { lines } from "./lines.js"
