"""Phones' turns, gathered: what comes while one transaction is written goes into the next.

A strike comes back within a second. Whoever waits is taken in together, so that reading ahead,
writing down and reaching the disk cost once for many.
"""

import asyncio
from collections import deque
from contextlib import suppress

from server.access.devices import has_news, is_first_token, take_token, told
from server.ids import now_ms
from server.reader import Reader
from server.routes.turn import Asked, Turn, Up, look, take_turns
from server.schema import Connection, Row
from server.writer import Busy, Writer
from sync.kinds import Kinds

MOST_TURNS = 200
MOST_ENVELOPES = 1_000
MOST_WAITING = 6_000
CONTACT_MS = 60_000

Waiting = tuple[Asked, "asyncio.Future[Turn]"]


class Turns:
    """Gives each phone its turn."""

    def __init__(self, writer: Writer, reader: Reader, kinds: Kinds) -> None:
        self._writer, self._reader, self._kinds = writer, reader, kinds
        self._waiting: deque[Waiting] = deque()
        self._running: asyncio.Task[None] | None = None

    async def take(self, asked: Asked) -> Turn:
        """Return what a turn came to, once what it brought is on disk. Raises Problem, Busy."""
        if not asked.up.envelopes:
            return await self._look(asked)
        if len(self._waiting) >= MOST_WAITING:
            raise Busy
        future: asyncio.Future[Turn] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, future))
        if self._running is None:
            self._running = asyncio.create_task(self._run())
        return await future

    async def _look(self, asked: Asked) -> Turn:
        turn = await self._reader.run(look, self._kinds, asked)
        if is_first_token(turn.device, asked.read):
            await self._writer.run(lambda db: take_token(db, turn.device, asked.read))
            turn = await self._reader.run(look, self._kinds, asked)
        now, up = now_ms(), asked.up
        is_due = now - (turn.device["seen_at"] or 0) > CONTACT_MS
        if is_due or has_news(turn.device, up.app, up.unsent):
            # Nobody waits for this: where it cannot be noted now, it is at the next contact.
            with suppress(Busy):
                self._writer.soon(lambda db: _note(db, turn.device, up, now))
        return turn

    async def _run(self) -> None:
        try:
            while self._waiting:
                await self._take(self._next())
        finally:
            self._running = None

    def _next(self) -> list[Waiting]:
        group = [self._waiting.popleft()]
        size = len(group[0][0].up.envelopes)
        while self._waiting and len(group) < MOST_TURNS:
            size += len(self._waiting[0][0].up.envelopes)
            if size > MOST_ENVELOPES:
                break
            group.append(self._waiting.popleft())
        return group

    async def _take(self, group: list[Waiting]) -> None:
        asked = [one for one, _ in group]
        try:
            found = await self._writer.run(lambda db: take_turns(db, self._kinds, asked, now_ms()))
        except Exception as problem:
            if len(group) == 1:
                _tell(group[0], problem)
                return
            # What the server stumbles over is one phone's: the others are taken without it.
            for one in group:
                await self._take([one])
            return
        for one, outcome in zip(group, found, strict=True):
            _tell(one, outcome)


def _tell(one: Waiting, outcome: Turn | Exception) -> None:
    _, future = one
    if future.cancelled():
        return  # whoever asked has gone; what came is on disk
    if isinstance(outcome, Exception):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)


def _note(db: Connection, device: Row, up: Up, now: int) -> None:
    db.execute("UPDATE device SET seen_at = ? WHERE id = ?", (now, device["id"]))
    told(db, device, up.app, up.unsent)
