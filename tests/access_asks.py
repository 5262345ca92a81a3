"""What the access matrix asks: for each of its rows, the requests that one column makes.

A row's path is filled with ids of the row's local; what is posted stands in POSTED, by route.
Where a change is theirs to make, one is made; where it is not, it is tried on everything there is.
"""

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from server.ids import now_ms
from server.reports import imports, rulings, side_by_side
from sync.kinds import load_kinds
from tests import access_joins, access_rights, access_volunteers
from tests.access_case import Asks, Case, Request
from tests.access_union import LOCALS
from tests.sealing_phone import SealingPhone

CONFLICTS = ("phone", "email", "department", "name")  # one for each coordinator who may settle
PLACES = {
    "{person}": "person",
    "{line}": "line",
    "{id}": "import",
    "{volunteer}": "volunteer",
    "{hash}": "invitation",
    "{campaign}": "campaign",
    "{answer}": "report_back",
}


def requests(case: Case) -> Iterator[Request]:
    """Yield the requests of one cell; whoever is to sign in first asks once."""
    return islice(_requests(case), 1 if case.wanted == "in" else None)


def _requests(case: Case) -> Iterator[Request]:
    for path in _paths(case):
        if case.row.method != "POST":
            yield {"url": path}
            continue
        make = POSTED.get(case.row.route)
        for posted in make(case) if make else ({"data": {}},):
            yield {"url": path, **posted}


def _paths(case: Case) -> Iterator[str]:
    """Yield the row's path with every id that it may be about."""
    path = case.row.path
    found = re.findall(r"\{[\w:]+\}", path)
    ids = _ids(case, found[0]) if found else [""]
    # Of those to whom everybody's words may be told, nothing is learned by asking about each.
    reaches_all = case.actor is not None and not case.actor.role.locals
    most = 1 if case.row.method == "POST" else 2 if reaches_all else len(ids)
    for id in ids[:most] if case.is_theirs else ids:
        phone = case.union.phones.get(id, "")
        yield path.replace(found[0], id).replace("{device}", phone) if found else path


def _ids(case: Case, place: str) -> list[str]:
    """Return what may stand at a place of the row's path."""
    if place == "{room}":
        return case.rooms()
    if case.row.of:
        return case.there("joined" if case.row.variant == "joined" else PLACES[place])
    return [case.row.variant or "main.js"]  # a file


def _sync(case: Case) -> Iterator[Request]:
    is_open = case.actor and case.row.variant != "cookie alone"
    headers = {"authorization": f"Bearer {case.actor.read}"} if case.actor and is_open else {}
    up = {"protocol": 2, "cursor": None, "sent_at": now_ms(), "envelopes": []}
    yield {"json": up, "headers": headers}


def _language(case: Case) -> Iterator[Request]:
    yield {"data": {"language": "fr", "back": "/desk"}}


def _sign_out(case: Case) -> Iterator[Request]:
    """End a session made for it: the actor's own is needed for what follows."""
    if case.actor is None or case.actor.state:
        yield {}
        return
    _, cookie = case.device(case.actor.volunteer)
    yield {"headers": {"cookie": cookie}}


def _registers(case: Case) -> list[dict[str, Any]]:
    """Return the registers that a settling form may name."""
    if case.is_theirs and case.row.of != "all":
        named = ("person", f"p-0-{case.row.of}", CONFLICTS[case.nth])
        query = "SELECT * FROM register WHERE kind = ? AND record = ? AND field = ?"
        return case.union.read(query, *named)
    if case.is_theirs:
        return case.union.read("SELECT * FROM register WHERE field = 'name/en' AND record = 'q-1'")
    rows = case.union.read("SELECT * FROM register GROUP BY kind, record")
    return [row for row in rows if case.union.local_of.get(row["subject"], "all") == case.row.of]


def _settle(case: Case) -> Iterator[Request]:
    for row in _registers(case):
        heads = [head["id"] for head in json.loads(row["heads"])]
        form = {"kind": row["kind"], "record": row["record"], "register": row["field"]}
        yield {"data": {**form, "saw": heads, "other": f"settled {row['field']}"}}


def _saves(case: Case, kind: str) -> list[str]:
    if case.is_theirs:
        return case.there(kind)
    rows = case.union.read(
        "SELECT save.id, group_concat(coalesce(record.subject, 'nobody'), ' ') AS subjects "
        "FROM save JOIN change ON change.save_seq = save.seq "
        "LEFT JOIN record ON record.kind = change.kind AND record.id = change.record "
        # What a coordinator decided is theirs to take back, whomever it was about.
        "WHERE change.kind != 'ruling' GROUP BY save.id"
    )
    of = case.union.local_of
    locals_ = {row["id"]: {of.get(s, "all") for s in row["subjects"].split()} for row in rows}
    only = [id for id, found in locals_.items() if found == {case.row.of}]
    theirs = {*case.actor.role.locals} if case.actor else set()
    across = [id for id, found in locals_.items() if len(found) > 1 or "all" in found]
    across = [id for id in across if not locals_[id] <= theirs]
    return across if case.row.of == "all" else only


def _rule(case: Case) -> Iterator[Request]:
    for save in _saves(case, "held"):
        yield {"data": {"save": save, "counts": "yes", "saw": _seen(case, save)}}


def _undo(case: Case) -> Iterator[Request]:
    for save in _saves(case, "save"):
        yield {"data": {"save": save, "way": "back", "back": "/desk", "saw": _seen(case, save)}}


def _seen(case: Case, target: str) -> list[str]:
    return rulings.seen(rulings.standing_on(case.union.at_hand, [target]), [target])


def _same(case: Case) -> Iterator[Request]:
    people = case.there("person")[:2] or [f"p-1-{local}" for local in LOCALS[:2]]
    seen = side_by_side.compare(case.union.at_hand, load_kinds(), people).seen
    yield {"data": {"id": people, "what": "apart", "seen": seen}}


def _import(case: Case) -> Iterator[Request]:
    for id in case.there("import"):
        found = imports.one(case.union.at_hand, id)
        assert found is not None
        yield {"data": {"counts": "no" if found.stands else "yes", "saw": list(found.saw)}}


def _upload(case: Case) -> Iterator[Request]:
    """A file that somebody of the row's local saved on a phone without signal."""
    volunteer = f"v-{case.row.of}-go-to"
    phone = SealingPhone(case.client, case.union.link_token(volunteer))
    note = {"job": "works nights"}
    phone.save({"kind": "person", "record": f"p-1-{case.row.of}", "set": note})
    data = json.dumps({"rounds": 1, "envelopes": phone.waiting}).encode()
    yield {"files": {"file": ("rounds.json", data, "application/json")}}


def _answer(case: Case) -> Iterator[Request]:
    yield {"data": {"title.en": case.name(), "text.en": "Yes.", "local": case.row.of}}


def _answered(case: Case) -> Iterator[Request]:
    (id,) = case.there("report_back")
    saw = case.heads("report_back", id, "state")
    yield {"data": {"state": "closed", "saw.state": saw}}


POSTED: Asks = {
    **access_joins.POSTED,
    **access_volunteers.POSTED,
    **access_rights.POSTED,
    "POST /sync": _sync,
    "POST /desk/language": _language,
    "POST /desk/sign-out": _sign_out,
    "POST /desk/review/settle": _settle,
    "POST /desk/review/ask": _settle,
    "POST /desk/review/rule": _rule,
    "POST /desk/undo": _undo,
    "POST /desk/answers": _answer,
    "POST /desk/answers/{answer}": _answered,
    "POST /desk/same-person": _same,
    "POST /desk/imports/{id}": _import,
    "POST /desk/upload": _upload,
}
