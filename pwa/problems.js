// What goes wrong on the phone itself has only a code; the server's problems come with words.

/** @type {Engine.problem} */
export const problem = (code, more = {}) => Object.assign(new Error(code), more, { problem: code })

/** The same as plain data, to keep and to show. @type {Engine.plain} */
export function plain(reason) {
  const { problem: code = "app_failed", title, safe, next } = /** @type {Engine.Told} */ (reason)
  return { problem: code, title, safe, next }
}
