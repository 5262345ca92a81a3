"""One exchange of a model phone, request by request; the twin of takeTurn in pwa/exchange.js."""

import json
from typing import TYPE_CHECKING

from tests.simulator.phone import LATE, Json, Said

if TYPE_CHECKING:
    from tests.simulator.python_phone import PythonPhone

MAX_ENVELOPES = 100
MAX_REFUSALS = 5
MAX_STUMBLES = 3
MAX_BYTES = 900_000
ONE_OF_THESE = (400, 413, 500)
TOO_MUCH = (*ONE_OF_THESE, 408, 504)
BUSY = (429, 503)


class Turn:
    """Sends what waits and fetches what is new until neither is left."""

    def __init__(self, phone: "PythonPhone") -> None:
        self.phone = phone
        self.limit = MAX_ENVELOPES
        self.refusals = 0
        self.stumbles = 0
        self.sent: list[str] = []
        self.sent_at = 0
        self.protocol = 1 if phone.is_old else 2

    def go(self) -> Said:
        """Send the next request."""
        storage = self.phone.storage
        offered = self._offered()
        self.sent = [envelope["header"]["id"] for envelope in offered]
        self.sent_at = self.phone.device_time()
        body: Json = {
            "protocol": self.protocol,
            "cursor": storage.cursor,
            "sent_at": self.phone.estimate()[0],
            "envelopes": offered,
        }
        if storage.key:
            body["key"] = storage.key["id"]
        return [self.phone.ask("/sync", body, self)]

    def answered(self, status: int, headers: dict[str, str], body: bytes) -> Said:
        """Take a page in, or find out what to do about a problem."""
        page = _read(body)
        if status == 200 and page is not None and page.get("protocol") == self.protocol:
            return self._apply(page, headers)
        if status == 200:
            return self._end()
        return self._troubled(status, float(headers.get("retry-after", 5)))

    def failed(self, reason: str) -> Said:
        """Try less at once after a time-out; otherwise leave it for the next exchange."""
        return self._troubled(408 if reason == LATE else 0, 5)

    def _offered(self) -> list[Json]:
        storage = self.phone.storage
        aside = self.phone.set_aside
        own = [row.envelope for row in storage.waiting() if row.id not in aside]
        carried = [envelope for id, envelope in storage.carried.items() if id not in aside]
        size = 0
        offered: list[Json] = []
        for envelope in [*own, *carried][: self.limit]:
            size += len(json.dumps(envelope))
            if offered and size > MAX_BYTES:
                break
            offered.append(envelope)
        return offered

    def _apply(self, page: Json, headers: dict[str, str]) -> Said:
        phone, cursor = self.phone, self.phone.storage.cursor
        self.refusals = 0
        if page["more"] and not self.sent and page["cursor"] == cursor:
            return self._end()  # a page that leads nowhere would be asked for for ever
        phone.apply(page, self.sent_at, headers)
        told = {receipt["save"] for receipt in page["receipts"]}
        phone.set_aside.update(id for id in self.sent if id not in told and self._waits(id))
        return self.go() if page["more"] or self._offered() else self._end()

    def _troubled(self, status: int, retry_after_s: float) -> Said:
        phone = self.phone
        if status in BUSY and self.refusals < MAX_REFUSALS:
            self.refusals += 1
            return [phone.pause(int(retry_after_s * 1000), self)]
        if status in TOO_MUCH and len(self.sent) > 1:
            self.limit = (len(self.sent) + 1) // 2
            return self.go()
        if status in ONE_OF_THESE and self.sent:
            self.stumbles += status == 500
            if self.stumbles <= MAX_STUMBLES:
                phone.set_aside.add(self.sent[0])
                return self.go()
        return self._end()

    def _waits(self, id: str) -> bool:
        row = self.phone.storage.rows.get(id)
        return row.waits if row else id in self.phone.storage.carried

    def _end(self) -> Said:
        self.phone.stop_turn()
        return []


def _read(body: bytes) -> Json | None:
    try:
        page = json.loads(body)
    except ValueError:
        return None
    return page if isinstance(page, dict) else None
