// The window and document of a tab: only what says whether somebody looks, and whether there is
// signal.

export function createPage() {
  const window = new EventTarget()
  const document = Object.assign(new EventTarget(), { hidden: false, visibilityState: "visible" })

  /** Tell the tab; in a browser both events come to the window, this one from its document. */
  function look(isVisible) {
    document.hidden = !isVisible
    document.visibilityState = isVisible ? "visible" : "hidden"
    tell("visibilitychange", document)
  }

  function tell(type, target) {
    const event = new Event(type)
    Object.defineProperty(event, "target", { value: target })
    window.dispatchEvent(event)
  }

  return { window, document, look, online: () => tell("online", window) }
}
