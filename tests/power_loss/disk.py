"""A disk that keeps only what was synced, and of what came later whatever chance leaves.

Two models. *In order*: all that was written so far is there, but for a part of the last write, as
when only the process dies or the disk writes in order. *Any order*: each file has what was there at
its last sync, and of every later write nothing, some sectors or all; of every name made or removed
since the folder's last sync, the old or the new.
"""

import random
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from tests.power_loss.recording import Event

SECTOR = 512
Left = dict[str, bytes]
Names = dict[str, "File"]


class File:
    """What is surely on the disk, and what was written since."""

    def __init__(self, durable: bytes = b"") -> None:
        self.durable = bytearray(durable)
        self.later: list[Event] = []

    def sync(self) -> None:
        """Make what was written durable."""
        self.durable = self.with_(self.later)
        self.later = []

    def with_(self, events: list[Event]) -> bytearray:
        """Return the durable bytes with some writes and truncations applied."""
        content = bytearray(self.durable)
        for event in events:
            grows = event.offset - len(content)
            if grows > 0:
                content.extend(bytes(grows))
            if event.op == "T":
                del content[event.offset :]
            else:
                content[event.offset : event.offset + len(event.data)] = event.data
        return content


class Disk:
    """One folder of files, as the events of a recording change it."""

    def __init__(self, folder: Path) -> None:
        self.names: Names = {file.name: File(file.read_bytes()) for file in folder.iterdir()}
        self._durable_names: Names = dict(self.names)
        self._renamings: list[Callable[[Names], None]] = []
        self._last = Event("N", "", 0, b"")

    def apply(self, event: Event) -> None:
        """Do what an event did."""
        self._last = event
        if event.op in "WT":
            self.names[event.name].later.append(event)
        elif event.op == "S":
            self.names[event.name].sync()
        elif event.op == "D":
            self._durable_names = dict(self.names)
            self._renamings = []
        elif event.op in "CULR":
            change = self._renaming(event)
            change(self.names)
            self._renamings.append(change)

    def in_order(self, chance: random.Random) -> Left:
        """Return everything written so far, with the last write cut short where chance says."""
        left = {name: bytes(file.with_(file.later)) for name, file in self.names.items()}
        if self._last.op == "W" and chance.random() < 0.5:
            file = self.names[self._last.name]
            *before, last = file.later
            kept = last._replace(data=last.data[: chance.randrange(len(last.data) + 1)])
            left[last.name] = bytes(file.with_([*before, kept]))
        return left

    def in_any_order(self, chance: random.Random) -> Left:
        """Return what was synced and, of what came later, what chance leaves."""
        likely = chance.choice([0, 0.2, 0.5, 0.8, 1])
        tears = chance.random() < 0.5
        names = dict(self._durable_names)
        for change in self._renamings:
            if chance.random() < likely:
                change(names)
        left = {}
        for name, file in names.items():
            kept = [event for event in file.later if chance.random() < likely]
            kept = [part for event in kept for part in _torn(event, chance)] if tears else kept
            left[name] = bytes(file.with_(kept))
        return left

    def _renaming(self, event: Event) -> Callable[[Names], None]:
        """Return what an event does to names; each may reach the disk without those before it."""
        old, new = event.name, event.data.decode()
        file = File() if event.op == "C" else self.names[old]

        def change(names: Names) -> None:
            if event.op in "UR":
                names.pop(old, None)
            if event.op != "U":
                names[new or old] = file

        return change


def _torn(event: Event, chance: random.Random) -> list[Event]:
    """Return a write as the sectors of it that reached the disk."""
    if event.op == "T" or len(event.data) <= SECTOR or chance.random() < 0.5:
        return [event]
    first = SECTOR - event.offset % SECTOR  # sectors lie on the disk, not in the write
    cuts = [0, *range(first, len(event.data), SECTOR), len(event.data)]
    sectors = [
        event._replace(offset=event.offset + start, data=event.data[start:end])
        for start, end in pairwise(cuts)
    ]
    return [sector for sector in sectors if chance.random() < 0.5]
