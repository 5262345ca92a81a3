"""A page of one local finds its people by index: no query reads the whole union for it."""

import re
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from server.app import create_app
from server.config import Settings
from tests.access_making import make_access_union
from tests.access_matrix import rows
from tests.access_union import AccessUnion

# What does not grow with the people of a union, or is a part of the query itself.
SMALL = ("campaign", "campaign_name", "questionnaire", "action", "action_name")
SMALL += ("worksite", "local", "picket_line")
SMALL += ("picket_line_expects", "picket_line_captains", "volunteer", "volunteer_roles", "alias")
SMALL += ("apart", "employer", "meta", "kept_sealed", "kept", "role", "device")
SMALL += (
    "talks",
    "register",
    "wanted",
    "room",
    "report_back",
    "report_back_title",
    "report_back_text",
)
# Finds what is in conflict, and nothing else.
PARTIAL = "USING INDEX record_in_conflict"
# What must find every word about one person goes through the whole log, once in a while.
THOROUGH = re.compile(r"/desk/people/\{person\}/(everything|erase)")
PAGES = sorted(
    {
        row.path
        for row in rows()
        if row.method == "GET" and row.path.startswith("/desk") and not THOROUGH.match(row.path)
    }
)
PLACES = {"{person}": "p-0-north", "{line}": "l-north", "{id}": "i-north", "{path:path}": "x"}


@pytest.fixture(scope="module")
def union(tmp_path_factory: pytest.TempPathFactory) -> AccessUnion:
    return make_access_union(tmp_path_factory.mktemp("plans") / "rounds.db")


@pytest.fixture(scope="module")
def asked(union: AccessUnion) -> Iterator[dict[str, set[str]]]:
    """Every query that a coordinator of one local causes -> the pages that ask it."""
    found: dict[str, set[str]] = {}
    app = create_app(Settings(db=union.db))
    with TestClient(app, follow_redirects=False) as client:
        for page in PAGES:
            url = page
            for place, id in PLACES.items():
                url = url.replace(place, id)
            for db in app.state.reader._all:
                db.set_trace_callback(lambda sql, page=page: found.setdefault(sql, set()).add(page))
            client.get(url, headers={"cookie": union.actors["north"].cookie})
        yield found


def test_no_query_of_a_page_of_one_local_reads_everybody(
    union: AccessUnion, asked: dict[str, set[str]]
) -> None:
    assert len(asked) > 50
    faults = {}
    for sql, pages in asked.items():
        if not sql.lstrip().upper().startswith(("SELECT", "WITH")):
            continue
        plan = [row["detail"] for row in union.read(f"EXPLAIN QUERY PLAN {sql}")]
        if scans := [step for step in plan if reads_all(step)]:
            faults[" ".join(sql.split())[:700]] = (scans, sorted(pages))
    assert faults == {}


def reads_all(step: str) -> bool:
    """Return whether a step of a plan goes through everything of a table that grows."""
    is_scan = step.startswith("SCAN ") and "VIRTUAL TABLE" not in step and PARTIAL not in step
    is_part = step.startswith("SCAN (")  # of the query, and as large as what it found by index
    return is_scan and not is_part and step.split()[1] not in SMALL


def test_a_query_that_reads_everybody_is_noticed(union: AccessUnion) -> None:
    for table in ("person", "record", "save"):
        [step] = union.read(f"EXPLAIN QUERY PLAN SELECT * FROM {table}")
        assert reads_all(step["detail"])
