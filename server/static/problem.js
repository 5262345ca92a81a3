// What went wrong, in the words the server gives.

/**
 * Show a problem in an element.
 * @param {HTMLElement} place
 * @param {{title: string, safe: string, next: string}} said
 */
export function tell(place, said) {
  const title = document.createElement("strong")
  const next = document.createElement("p")
  title.textContent = said.title
  next.textContent = `${said.safe} ${said.next}`
  place.replaceChildren(title, next)
}
