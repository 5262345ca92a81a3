"""Faults of the model phone."""

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

from tests.simulator import phone_page, phone_turn, python_phone
from tests.simulator.mutants.mutant import mutant


@mutant(2, seed=2)
def drops_at_sending() -> Iterator[None]:
    """A phone drops a save when it has sent it, not when it has its receipt."""
    real = phone_turn.Turn.go

    def go(turn: Any) -> Any:
        said = real(turn)
        storage = turn.phone.storage
        storage.rows = {id: row for id, row in storage.rows.items() if id not in turn.sent}
        return said

    with patch.object(phone_turn.Turn, "go", go):
        yield


@mutant(2, often={"back_up": 4, "restore_backup": 8})
def trusts_receipts_of_another_past() -> Iterator[None]:
    """After a restore a phone does not offer again what it has receipts for."""
    real = phone_page.take_receipts

    def take(storage: Any, page: Any) -> None:
        real(storage, {**page, "fresh": False})

    with patch.object(phone_page, "take_receipts", take):
        yield


@mutant(2, steps=600, often={"revoke_phone": 20, "find_phone": 20, "save": 60})
def wipes_what_waits() -> Iterator[None]:
    """A phone that was signed out drops the work it has not handed in, too."""

    def wipe(storage: Any) -> None:
        real(storage)
        storage.rows.clear()

    real = phone_page.wipe
    with patch.object(phone_page, "wipe", wipe):
        yield


@mutant(2, often={"save_too_large": 8})
def never_sends_less() -> Iterator[None]:
    """A phone whose request is too large sends the same again, and with it all the others."""
    with (
        patch.object(phone_turn, "TOO_MUCH", ()),
        patch.object(phone_turn, "ONE_OF_THESE", ()),
        patch.object(phone_turn, "MAX_BYTES", 10_000_000),
    ):
        yield


@mutant(5, often={"kill_phone": 20})
def writes_the_cursor_first() -> Iterator[None]:
    """A phone notes how far it is, and then in another transaction what it was sent."""
    real = python_phone.PythonPhone.apply

    def apply(phone: Any, page: Any, sent: int, headers: Any) -> None:
        def note() -> None:
            phone.storage.cursor = page["cursor"]

        phone.commit(note)
        real(phone, page, sent, headers)

    with patch.object(python_phone.PythonPhone, "apply", apply):
        yield


@mutant(2, often={"copy_phone": 20})
def copies_keep_their_name() -> Iterator[None]:
    """A phone that is told it is a copy counts on as the one it was copied from."""
    with patch.object(phone_page, "become_another", lambda storage, device: None):
        yield


@mutant(7, seed=2, often={"revoke_phone": 8})
def keeps_its_list_when_revoked() -> Iterator[None]:
    """A phone that was signed out says so and shows nothing, and still has its list."""

    def wipe(storage: Any) -> None:
        storage.is_wiped = True

    with patch.object(phone_page, "wipe", wipe):
        yield
