"""What a device is called on the desk."""

from server.access.devices import MACHINES
from server.text import Words


def machine(t: Words, label: str | None, kind: str) -> str:
    """Return a phone as a sort of machine, a desk by its browser's name; else phone or desk."""
    if label in MACHINES:
        return t(f"machine.{label}")
    return label or t(f"machine.{kind}")
