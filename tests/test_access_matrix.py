"""Every route, every role, every scope: access_matrix.md is what happens, and nothing else is."""

from collections.abc import Iterator

import pytest
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from server.access.pace import RATES, Pace, Rate
from server.app import create_app, health, routes
from server.config import Settings
from tests.access_asks import requests
from tests.access_belongings import guests
from tests.access_case import THEIRS, Case, Request
from tests.access_making import make_access_union
from tests.access_matrix import HEADS, Row, fresh, line_for, routes_of, rows
from tests.access_union import AccessUnion, Actor
from tests.simulator.asgi import Reply, call

ROWS = rows()
Counts = tuple[int, ...]
SIGN_IN = "/desk/join"


@pytest.fixture(scope="module")
def union(tmp_path_factory: pytest.TempPathFactory) -> AccessUnion:
    return make_access_union(tmp_path_factory.mktemp("access") / "rounds.db")


@pytest.fixture(scope="module")
def client(union: AccessUnion) -> Iterator[TestClient]:
    # At an address for which browsers make passkeys.
    with TestClient(create_app(Settings(db=union.db, url="http://localhost:8000"))) as client:
        guests(union, client.app.state.rooms)
        # Nobody asks so much so fast.
        client.app.state.pace = Pace(dict.fromkeys(RATES, Rate(10**6, 10**6)))
        yield client


def test_every_route_has_a_row_and_every_row_a_route(union: AccessUnion) -> None:
    there = routes_of(routes(Settings(db=union.db)))
    told = what_is_missing(there)
    assert not told, told
    assert sorted({row.route for row in ROWS} - {*there}) == []


def test_a_route_without_a_row_is_told_with_the_row_to_write() -> None:
    new = [Route("/desk/secret", health, methods=["GET", "POST"]), Route("/health", health)]
    told = what_is_missing(routes_of([Mount("/more", routes=new), *new]))
    rows_ = [line for line in told.splitlines() if line.startswith("| `")]
    assert [line.split("`")[1] for line in rows_] == [
        *("GET /desk/secret", "GET /more/desk/secret", "GET /more/health"),
        *("POST /desk/secret", "POST /more/desk/secret"),
    ]
    assert all(line.count("|") == len(HEADS) + 1 for line in rows_)


def what_is_missing(there: list[str]) -> str:
    """Return what to write where a route has no row; empty when each has one."""
    missing = sorted({*there} - {row.route for row in ROWS})
    if not missing:
        return ""
    lines = "\n".join(map(line_for, missing))
    return (
        f"No row in tests/access_matrix.md says who gets {', '.join(missing)}. Begin with\n"
        f"{lines}\nand correct what each role gets. What is posted, tests/access_asks.py says."
    )


@pytest.mark.parametrize("role", ["north", "south"])
def test_no_id_of_anything_leads_anywhere_else(
    client: TestClient, union: AccessUnion, role: str
) -> None:
    """Ids of people, talks, lines, saves …, asked for wherever a page takes one."""
    reached = union.allowed(union.actors[role], desk=True)
    found = []
    for id in every_id(union):
        for path in ("people", "lines", "imports"):
            url = f"/desk/{path}/{id}"
            answer = ask(client, "GET", union.actors[role], {"url": url})
            leaked = union.told_in(answer.body.decode()) - reached - ALL_WORKSITES
            if leaked or answer.status not in (200, 303, 404):
                found.append((url, answer.status, leaked))
    assert found == []


ALL_WORKSITES = {"north.worksite", "south.worksite", "east.worksite"}


def every_id(union: AccessUnion) -> list[str]:
    rows = union.read("SELECT id FROM record UNION SELECT id FROM save WHERE seq % 5 = 0")
    return [str(row["id"]) for row in rows]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_each_role_gets_what_its_cell_says(
    client: TestClient, union: AccessUnion, row: Row
) -> None:
    found = [
        f"{actor.name if actor else 'nobody'}: {fault}"
        for actor in (None, *union.actors.values())
        for fault in faults(client, union, row, actor)
    ]
    assert found == []


def faults(client: TestClient, union: AccessUnion, row: Row, actor: Actor | None) -> Iterator[str]:
    """Give what is otherwise than one cell says."""
    case = Case(client, union, row, actor)
    wanted = case.wanted
    is_desk = row.path.startswith("/desk")
    allowed = union.allowed(actor, desk=is_desk) | {*row.also}
    asked, told = 0, set()
    for request in requests(case):
        asked += 1
        before = counts(client, union)
        answer = ask(client, row.method, actor, request)
        if (got := way(answer, before, counts(client, union))) != wanted:
            yield f"{got}, not {wanted}, for {request}"
        words = union.told_in(answer.body.decode())
        if leaked := words - allowed:
            yield f"was told {sorted(leaked)} by {request}"
        told |= words
    if not asked:
        yield "nothing was asked"
    if wanted == "200" and (lacking := {*row.shows} & allowed - told):
        yield f"was not told {sorted(lacking)}"
    if row.route == "POST /sync" and wanted == "200" and told != allowed:
        yield f"was not sent {sorted(allowed - told)}"


def ask(client: TestClient, method: str, actor: Actor | None, request: Request) -> Reply:
    """Return the app's answer. The client's own way there takes eight times as long."""
    cookie = {"cookie": actor.cookie} if actor else {}
    headers = {"accept-encoding": "identity", **cookie, **request.get("headers", {})}
    made = client.build_request(method, **{**request, "headers": headers})
    path = made.url.raw_path.decode()
    assert client.portal is not None
    reply = client.portal.call(call, client.app, method, path, dict(made.headers), made.read())
    client.cookies.clear()
    return reply


def way(answer: Reply, before: Counts, after: Counts) -> str:
    """Return what an answer is, in a word of the table."""
    has_saved, has_changed = after[0] > before[0], after != before
    if answer.status == 303:
        where = answer.headers["location"]
        if where == SIGN_IN:
            return "out" if has_changed else "in"
        if where.startswith("/desk/fresh?"):
            return "fresh but changed" if has_changed else "fresh"
        return "saved" if has_saved else "done" if has_changed else "303"
    if answer.status == 200 and has_changed:
        return "made"
    said = str(answer.status)
    for told in ("locked", "wipe"):
        if f'"{told}":true'.encode() in answer.body and b'"records":[]' in answer.body:
            said = told
    return f"{said} but changed" if has_changed else said


def counts(client: TestClient, union: AccessUnion) -> Counts:
    """Return how much there is of all that a request may change; saves first."""
    guests = [guest for room in client.app.state.rooms._rooms.values() for guest in room.values()]
    return (*union.counted(COUNTS), len(guests), sum(guest.is_waiting for guest in guests))


COUNTS = """
SELECT * FROM (SELECT count(*) FROM save WHERE device NOT LIKE '%sealed'),
(SELECT count(*), count(revoked_at) FROM device),
(SELECT count(*), count(used_at), count(withdrawn_at), count(asked_at), count(answered_at),
    sum(codes), sum(tries) FROM invitation),
(SELECT count(*), count(closed_at), sum(joined) FROM room),
(SELECT count(*), count(removed_at), count(copied_at) FROM passkey)
"""


def test_what_is_delicate_asks_to_sign_in_afresh_and_nothing_else_does(
    client: TestClient, union: AccessUnion
) -> None:
    """The last test: what asks for nothing fresh is done once more."""
    admin = union.actors["admin"]
    theirs = {
        row.short: row
        for row in reversed(ROWS)  # the first of a name
        if row.path.startswith("/desk") and row.cells["admin"] in THEIRS
    }
    asked = []
    for short, row in theirs.items():
        request = next(requests(Case(client, union, row, admin)))
        stale = {"headers": {"cookie": stale_cookie(client, union, row, admin)}}
        before = counts(client, union)
        answer = ask(client, row.method, admin, {**request, **stale})
        got = way(answer, before, counts(client, union))
        asked += [short] * (got == "fresh" or (got == "403" and b"confirm_first" in answer.body))
    assert sorted(asked) == sorted(fresh())


def stale_cookie(client: TestClient, union: AccessUnion, row: Row, actor: Actor) -> str:
    """Return the cookie of a desk that signed in eleven minutes ago."""
    device, cookie = Case(client, union, row, actor).device(actor.volunteer)
    with union.changing() as db:
        minutes = 11 * 60_000
        db.execute("UPDATE device SET fresh_at = fresh_at - ? WHERE id = ?", (minutes, device))
    return cookie
