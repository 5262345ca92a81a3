"""The phone's engine in a real page, without screens: `engine("phone.all('person')")`."""

from typing import Any

from playwright.sync_api import BrowserContext, Page

# Any address of the app's origin that starts no screens; modules load from it as in the app.
EMPTY = "/sync/kinds.json"
PIN = "135790"
# Stretching a PIN takes long on purpose: once in this run, in test_vault_journey.py, it does.
OPEN = f"""async () => {{
  window.phone = await (await import('/phone.js')).openPhone({{ rounds: 1 }})
  if (phone.lockState() === "locked") await phone.unlock("{PIN}")
}}"""
# The saves on this phone, with what can be read of them.
ROWS = """(async () => {
  const { stored } = await import("/store/saves.js")
  const { readRows } = await import("/store/inside.js")
  return readRows((await stored(true)).saves)
})()"""


class Engine:
    """One tab with an open phone."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.page: Page = context.new_page()
        self.url = url
        self.open()

    def open(self) -> None:
        """Open the app anew, as after it was closed or killed."""
        self.page.goto(self.url + EMPTY)
        self.page.evaluate(OPEN)

    def reopen_without_server(self) -> None:
        """Open the phone anew in this tab, when no file can be fetched any more."""
        self.page.evaluate(OPEN)

    def __call__(self, expression: str, given: Any = None) -> Any:
        """Return what an expression gives, awaited; `given` is the argument's name in it."""
        return self.page.evaluate(f"async (given) => await ({expression})", given)

    def until(self, condition: str) -> None:
        """Return when an expression holds; the page's CSP lets nothing evaluate it there."""
        frame = "new Promise(requestAnimationFrame)"
        self.page.evaluate(f"async () => {{ while (!(await ({condition}))) await {frame} }}")

    def problem(self, expression: str, given: Any = None) -> Any:
        """Return the code of the problem an expression throws, None when it throws none."""
        return self(f"(async () => ({expression}))().then(() => null, (e) => e.problem)", given)

    def join(self, token: str) -> Any:
        """Join with an invitation and fetch everything."""
        if self("phone.lockState()") == "new":
            self.choose_pin()
        me = self("phone.join(given)", token)
        assert self("phone.exchange()") == {"ok": True}
        return me

    def choose_pin(self) -> None:
        """Choose the PIN that `open` unlocks with; a browser without WebCrypto has none."""
        self("crypto.subtle ? phone.choosePin(given) : null", PIN)

    def save(self, kind: str, record: str, **set_: Any) -> Any:
        """Save one change; names may hold `__` for the slash of an each-field."""
        named = {name.replace("__", "/"): value for name, value in set_.items()}
        return self("phone.save([given])", {"kind": kind, "record": record, "set": named})

    def save_soon(self, kind: str, record: str, **set_: Any) -> None:
        """Begin a save and do not wait for it."""
        given = {"kind": kind, "record": record, "set": set_}
        self.page.evaluate("(given) => { phone.save([given]) }", given)

    def exchange(self) -> Any:
        """Exchange; return the problem's code, None when all went well."""
        return self("phone.exchange().then((r) => r.problem?.problem ?? null)")

    def unsent(self) -> int:
        """Return how many saves wait."""
        return int(self("phone.unsent().count"))
