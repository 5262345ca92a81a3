"""What axe objects to, and the looks in which it is asked."""

import os

from axe_playwright_python.base import AXE_SCRIPT
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
# Both themes and both languages; `make soak` looks at every pair of them, on every page.
LOOKS = [("light", "en"), ("dark", "fr")]
IS_ALL = os.environ.get("ROUNDS_LOOKS") == "all"
if IS_ALL:
    LOOKS += [("dark", "en"), ("light", "fr")]


def faults(page: Page) -> list[str]:
    """Return what axe objects to, a line each."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    return [
        f"{page.url}: {violation['id']} {node['target']}"
        for violation in Axe("null").run(page, options=RULES).response["violations"]
        for node in violation["nodes"]
    ]
