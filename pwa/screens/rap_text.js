// How a rap is read: "# " begins a heading, "- " a point; an empty line ends a paragraph.

const LINE = /^(# |- )?(.*)$/
const LINK = /(https:\/\/[^\s<>"]*[^\s<>".,;:!?)»”’])/

/** Lines that belong together, under what begins them. @type {Screens.blocksOf} */
export function blocksOf(text) {
  /** @type {ReturnType<Screens.blocksOf>} */
  const found = []
  let open = ""
  for (const raw of text.split("\n")) {
    const [line, mark = "", words = ""] = LINE.exec(raw.trim()) ?? []
    if (words && mark !== "# " && open === `${mark}.`) found.at(-1)?.lines.push(words)
    else if (words) found.push({ mark, lines: [words] })
    open = line ? `${mark}.` : ""
  }
  return found
}

/** Words and links by turns, words first. @type {Screens.partsOf} */
export const partsOf = (line) => line.split(LINK)
