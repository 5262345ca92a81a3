"""What go-to people leave to a coordinator: who asks for another of them, whom they added."""

import pytest

from server.ids import new_id, now_ms
from server.reports import coverage, mapped
from server.reports.scope import reach
from sync.save import Change
from tests.desk import desk, writes
from tests.small_union import Opened, SmallUnion
from tests.test_desk_pages import listed, seen


def asks_for_another(union: SmallUnion, person: str = "minh", at: int | None = None) -> None:
    facts = {"person": person, "when": at or now_ms(), "result": "another_go_to"}
    writes(union, "ana", Change("conversation", f"asks-{person}", facts))


def adds(union: SmallUnion, volunteer: str = "ana", **more: str | None) -> str:
    id = new_id(now_ms())
    person = {"name": "Farah Haddad", "worksite": "ward-42", "local": "local-1", **more}
    list_ = {"volunteer": volunteer, "picked": True, "since": "2026-11-27"}
    made = writes(union, volunteer, Change("person", id, person), Change("assignment", id, list_))
    assert made.verdict == "taken"
    return id


def counted(union: SmallUnion) -> tuple[int, int]:
    """Return how many people the unit's numbers count, and how many of them have somebody."""
    with Opened(union.db) as db:
        all_ = mapped.total(mapped.by_worksite(db, reach(frozenset()), 0, 2**50, 2**50))
    return all_.people, all_.covered


def test_who_asks_for_another_go_to_person_is_seen_until_they_have_one(union: SmallUnion) -> None:
    with desk(union) as client:
        assert "Asks for another go-to person" not in seen(client, "/desk/review")
        asks_for_another(union)
        page = seen(client, "/desk/review")
        assert "Asks for another go-to person 1" in page
        assert "Minh Trần · noted by Ana Kowalczyk" in page
        [head] = union.read(
            "SELECT shown FROM register WHERE kind = 'assignment' AND record = 'minh' "
            "AND field = 'volunteer'"
        )
        saw = {"volunteer": [head["shown"]]}
        union.write(Change("assignment", "minh", {"volunteer": "luc"}, saw))
        assert "Asks for another go-to person" not in seen(client, "/desk/review")


def test_a_later_talk_answers_who_asked_for_another_go_to_person(union: SmallUnion) -> None:
    asks_for_another(union, at=now_ms() - 60_000)
    with desk(union) as client:
        assert "noted by Ana" in seen(client, "/desk/review")
        facts = {"person": "minh", "when": now_ms(), "result": "talked"}
        writes(union, "ana", Change("conversation", "later", facts))
        assert "noted by Ana" not in seen(client, "/desk/review")


def test_who_was_added_is_shown_with_who_added_them(union: SmallUnion) -> None:
    id = adds(union)
    with desk(union) as client:
        page = seen(client, "/desk/review")
        assert "Farah Haddad · on the list of Ana Kowalczyk" in page
        page = seen(client, f"/desk/people/{id}")
        assert "Added by Ana Kowalczyk" in page
        assert "Picked by their go-to person yes" in page
        assert listed(client, "q=farah") == (1, ["Farah Haddad"])
        assert "Added by" not in seen(client, "/desk/people/minh")


def test_who_was_added_counts_in_no_number_until_a_coordinator_places_them(
    union: SmallUnion,
) -> None:
    before = counted(union)
    id = adds(union)
    assert counted(union) == before
    union.write(Change("person", id, {"relation": "in_unit"}))
    assert counted(union) == (before[0] + 1, before[1] + 1)
    with desk(union) as client:
        assert "Added by go-to people" not in seen(client, "/desk/review")
        assert "No number of the unit" not in seen(client, f"/desk/people/{id}")


def test_a_coordinator_who_moves_on_whom_somebody_picked_counts_them_with_the_new_one(
    union: SmallUnion,
) -> None:
    id = adds(union)
    union.write(Change("person", id, {"relation": "in_unit"}))
    union.write(Change("assignment", id, {"volunteer": "luc"}))
    with Opened(union.db) as db:
        row = db.execute("SELECT volunteer FROM assignment WHERE id = ?", (id,)).fetchone()
        assert row["volunteer"] == "luc"
        assert coverage.lists(db, reach(frozenset())).vacant == []
    with desk(union) as client:
        assert "Added by Ana Kowalczyk" in seen(client, f"/desk/people/{id}")
        assert listed(client, "volunteer=luc")[0] == 2


@pytest.mark.parametrize("path", ["/desk/review", "/desk/people", "/desk"])
def test_a_coordinator_of_another_local_is_told_of_neither(union: SmallUnion, path: str) -> None:
    asks_for_another(union)
    adds(union)
    with desk(union, "emil") as client:
        page = seen(client, path)
        assert "Farah" not in page
        assert "Minh" not in page


def test_nobody_leaves_a_coordinators_reach_by_adding_somebody(union: SmallUnion) -> None:
    union.write(Change("volunteer", "fay", {"name": "Fay", "active": True, "locals/local-1": True,
                "roles/coordinator": True}))  # fmt: skip
    adds(union, worksite=None, local=None)
    adds(union, worksite="depot", local="local-2")
    with desk(union, "fay") as client:
        assert "Ana Kowalczyk" in seen(client, "/desk/volunteers")
    with desk(union, "emil") as client:
        assert "Ana Kowalczyk" not in seen(client, "/desk/volunteers")
