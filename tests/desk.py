"""A coordinator's desk for tests: the real app on the small union's file, signed in by a link."""

from collections.abc import Iterator
from contextlib import contextmanager

from starlette.testclient import TestClient

from server.access.devices import new_device
from server.app import create_app
from server.config import Settings
from server.ids import now_ms
from server.ledger import Receipt, save_from_desk
from sync.kinds import load_kinds
from sync.save import Change
from tests.small_union import Opened, SmallUnion

HOUR_MS = 3600 * 1000
DAY_MS = 24 * HOUR_MS


@contextmanager
def desk(union: SmallUnion, volunteer: str = "dara") -> Iterator[TestClient]:
    """Yield a client that is signed in as a coordinator."""
    with TestClient(create_app(Settings(db=union.db))) as client:
        token = union.link_token(volunteer, "desk")
        assert client.post("/desk/join", json={"token": token}).status_code == 200
        yield client


def writes(
    union: SmallUnion, volunteer: str, *changes: Change, at: int | None = None, kind: str = "phone"
) -> Receipt:
    """Store one save by a new device of a volunteer."""
    now = now_ms() if at is None else at
    with Opened(union.db) as db:
        device = new_device(db, volunteer, kind, now).device
        return save_from_desk(db, load_kinds(), device, list(changes), now)


def talked(
    union: SmallUnion, volunteer: str, person: str, *, at: int | None = None, **answers: str
):
    """Store a conversation with the result “talked”."""
    now = now_ms() if at is None else at
    said = {f"answers/{key}": value for key, value in answers.items()}
    facts = {"person": person, "campaign": "campaign-1", "questionnaire": "q-1", "when": now}
    change = Change("conversation", f"talk-{person}-{now}", {**facts, "result": "talked", **said})
    return writes(union, volunteer, change, at=now)


def two_phone_numbers(union: SmallUnion) -> tuple[Receipt, Receipt]:
    """Store two phone numbers of Minh's, written without having seen each other."""
    now = now_ms()
    first = writes(
        union, "ana", Change("person", "minh", {"phone": "587 555-0142"}), at=now - DAY_MS
    )
    return first, writes(union, "dara", Change("person", "minh", {"phone": "587 555-0199"}), at=now)
