"""What the access matrix asks about people's rights: correcting, consent, erasing, retention."""

from collections.abc import Iterator

from sync.save import Change
from tests.access_case import Asks, Case, Request

FIELD = "job"


def _correct(case: Case) -> Iterator[Request]:
    person = case.there("person")[0]
    form = {"field": FIELD, "value": case.name()}
    yield {"data": {**form, "saw": case.heads("person", person, FIELD)}}


def _consent(case: Case) -> Iterator[Request]:
    yield {"data": {"may.phone": "yes", "wording.phone": "May we call?"}}


def _erase(case: Case) -> Iterator[Request]:
    if not case.is_theirs:
        for id in case.there("person"):
            yield {"data": {"typed": f"{id}.name"}, "url": f"/desk/people/{id}/erase"}
        return
    name = case.name()
    id = name.replace(" ", "-")
    case.union.write(Change("person", id, {"name": name, "local": case.row.of}))
    yield {"data": {"typed": name}, "url": f"/desk/people/{id}/erase"}


def _purge(case: Case) -> Iterator[Request]:
    if not case.is_theirs:
        yield {"data": {"typed": "Due"}}
        return
    name = case.name()
    id = name.replace(" ", "-")
    past = {"starts": "2019-01-01", "ends": "2019-02-01", "keep_until": "2020-01-01"}
    talk = {"person": "p-1-north", "campaign": id, "result": "talked"}
    case.union.write(
        Change("campaign", id, {"name/en": name, **past}), Change("conversation", f"t-{id}", talk)
    )
    yield {"data": {"typed": name}, "url": f"/desk/privacy/retention/{id}"}


def _keep(case: Case) -> Iterator[Request]:
    saw = case.heads("campaign", "c-1", "keep_until")
    form = {"keep_until": f"20{90 + case.nth}-01-01", "saw.keep_until": saw}
    yield {"data": form, "url": "/desk/privacy/retention/c-1/keep"}


def _employer(case: Case) -> Iterator[Request]:
    id = case.there("employer")[0] if case.row.of else ""
    name = f"{case.row.of}.employer" if id else ""
    domains = f"{name}.example" if id else "work.example"
    yield {"data": {"id": id, "name": name, "local": case.row.of, "domains": domains}}


POSTED: Asks = {
    "POST /desk/people/{person}/correct": _correct,
    "POST /desk/people/{person}/consent": _consent,
    "POST /desk/people/{person}/erase": _erase,
    "POST /desk/privacy/retention/{campaign}": _purge,
    "POST /desk/privacy/retention/{campaign}/keep": _keep,
    "POST /desk/privacy/employers": _employer,
}
