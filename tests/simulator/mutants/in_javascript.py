"""Faults of the app's own JavaScript, which every phone then runs."""

from collections.abc import Iterator

from server.routes.phone import PWA
from tests.simulator.mutants.mutant import mutant


def edited(url: str, text: str, wrong: str) -> dict[str, str]:
    """Return url -> a module with one thing in it wrong."""
    module = (PWA / url.removeprefix("/")).read_text()
    assert module.count(text) == 1, f"{url} says {text!r} {module.count(text)} times."
    return {url: module.replace(text, wrong)}


@mutant(
    2,
    often={"back_up": 4, "restore_backup": 8},
    edits=edited("/page.js", "of page.fresh ? memory.rows.values() : []", "of []"),
)
def app_trusts_receipts_of_another_past() -> Iterator[None]:
    """After a restore the app does not offer again what it has receipts for."""
    yield


@mutant(
    5,
    seed=3,
    often={"reassign": 8},
    edits=edited("/page.js", "...recordsAbout(memory, page.forget)", ""),
)
def app_forgets_nothing() -> Iterator[None]:
    """The app keeps whom it is told to forget."""
    yield


@mutant(
    7,
    often={"revoke_phone": 8},
    alone=True,
    edits=edited("/sender.js", '    await empty("wiped")\n    dropKey()\n', ""),
)
def app_is_never_wiped() -> Iterator[None]:
    """The app of a phone that was signed out goes on with its list."""
    yield
