"""Everything held about one person, in words: to print, and as a file for another program."""

import json
from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from server.pages import told
from server.pages.desk import Desk, desk_page
from server.problems import Problem
from server.reports import everything, scope
from server.schema import Connection
from server.text import Words
from sync.history import Past
from sync.kinds import Kinds
from sync.save import Value


def tell(db: Connection, words: Words, kinds: Kinds, person: str, now: int) -> told.Shown:
    """Return everything about a person, each value as it was written and in words."""
    found = everything.everything(db, kinds, person)
    teller = told.Teller(db, words, kinds, _wanted(kinds, found))
    return {
        "person": found.person,
        "ids": found.ids,
        "name": teller.name("person", person),
        "made": iso(now),
        "made_in_words": words.moment(now),
        "records": [_record(words, teller, found, held) for held in found.records],
        "other": [
            {
                **_stamps(words, teller, found, one.stamped.author, one.stamped.save.id),
                "kind": words.kind(one.change.kind),
                "said": [[name, str(value)] for name, value in one.change.set.items()],
            }
            for one in found.loose
        ],
        "on_phones_of": [_sees(words, teller, one) for one in found.sees],
        "looked_at": _looked(words, found),
    }


def as_json(shown: told.Shown) -> str:
    """Return it as JSON; times in ISO 8601, UTC."""
    return json.dumps({"rounds": 1, **shown}, ensure_ascii=False, indent=2)


def as_text(words: Words, shown: told.Shown) -> str:
    """Return it as plain text."""
    lines = [shown["name"], words("everything.made", when=shown["made_in_words"]), ""]
    for record in shown["records"]:
        lines += [record["title"].upper()]
        for field in record["fields"]:
            lines.append(f"  {field['label']}: {field['in_words']}")
            lines += [f"      {past['line']}" for past in field["history"]]
        lines.append("")
    for title, key, line in (
        ("everything.other", "other", lambda one: f"{one['kind']}: {one['said']}, {one['line']}"),
        ("everything.sees", "on_phones_of", lambda one: one["line"]),
        ("everything.looked", "looked_at", lambda one: f"{one['when']}: {one['what']}"),
    ):
        if shown[key]:
            lines += [words(title).upper(), *(f"  {line(one)}" for one in shown[key]), ""]
    return "\n".join(lines)


def iso(ms: int | None) -> str | None:
    """Return a moment as ISO 8601 in UTC."""
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="seconds") if ms else None


def _wanted(kinds: Kinds, found: everything.Everything) -> set[told.Ref]:
    """Return whose names are needed; of people only this one's: it is handed out to them."""
    wanted: set[told.Ref] = set()
    for held in found.records:
        for register, pasts in held.fields.items():
            for past in pasts:
                wanted.add(("volunteer", past.write.by))
                wanted.update(told.refs_in(kinds, held.kind, register, past.write.value))
    wanted |= {("volunteer", one.stamped.author) for one in found.loose}
    wanted |= {("volunteer", one.volunteer) for one in found.sees}
    of_others = {ref for ref in wanted if ref[0] == "person" and ref[1] not in found.ids}
    return {("person", found.person), *(wanted - of_others)}


def _record(
    words: Words, teller: told.Teller, found: everything.Everything, held: everything.Held
) -> told.Shown:
    asks = _shown(held.fields.get("questionnaire", []))
    when = _shown(held.fields.get("when", []))
    day = f", {words.moment(when)}" if isinstance(when, int) else ""
    return {
        "kind": held.kind,
        "id": held.id,
        "title": f"{words.kind(held.kind)}{day}",
        "fields": [
            {
                "field": register,
                "label": teller.label(held.kind, register, asks),
                "value": _shown(pasts),
                "in_words": teller.value(held.kind, register, _shown(pasts), asks),
                "history": [
                    _past(words, teller, found, held.kind, register, past, asks) for past in pasts
                ],
            }
            for register, pasts in held.fields.items()
        ],
    }


def _past(
    words: Words,
    teller: told.Teller,
    found: everything.Everything,
    kind: str,
    register: str,
    past: Past,
    asks: Value,
) -> told.Shown:
    stamps = _stamps(words, teller, found, past.write.by, past.stamped.save.id)
    value = teller.value(kind, register, past.write.value, asks)
    standing = words(f"everything.{past.standing.word}")
    line = words("everything.line", value=value, standing=standing, who=stamps["line"])
    return {
        "value": past.write.value,
        "in_words": value,
        "standing": past.standing.word,
        **stamps,
        # What stands is above it already.
        "line": stamps["line"] if past.standing.word == "shows" else line,
    }


def _stamps(
    words: Words, teller: told.Teller, found: everything.Everything, by: str, save: str
) -> told.Shown:
    """Return who wrote something and when."""
    source = found.sources[save]
    written = source.stamped.save
    name = teller.name("volunteer", by)
    when = words.moment(written.at, written.at_error_ms)
    return {
        "by": name,
        "written": iso(written.at),
        "uncertain_by_ms": written.at_error_ms,
        "received": iso(source.received_at),
        "line": words("everything.by", name=name, when=when),
    }


def _looked(words: Words, found: everything.Everything) -> list[told.Shown]:
    """Return when somebody looked and where; the same within a minute once."""
    said = [(one.what, words.moment(one.at), iso(one.at)) for one in found.looked]
    once = {(what, when): at for what, when, at in said}
    return [{"what": words(f"audit.{w}"), "at": at, "when": when} for (w, when), at in once.items()]


def _sees(words: Words, teller: told.Teller, one: everything.Sees) -> dict[str, Any]:
    name, view = teller.name("volunteer", one.volunteer), words(f"view.{one.view}")
    since = words.day(words.local_day(one.since or 0))
    until = words.day(words.local_day(one.until)) if one.until else ""
    return {
        "by": name,
        "view": view,
        "since": iso(one.since),
        "until": iso(one.until),
        "line": words("everything.saw", name=name, view=view, since=since, until=until)
        if until
        else words("everything.still_sees", name=name, view=view, since=since),
    }


def _shown(pasts: list[Past]) -> Value:
    return next((past.write.value for past in pasts if past.standing.word == "shows"), None)


def gather(db: Connection, desk: Desk, person: str) -> tuple[Words, told.Shown]:
    """Read everything about somebody in reach, in the language asked for."""
    if not scope.may_see_person(db, desk.session.locals, person):
        raise Problem("not_found")
    asked = desk.asked("language")
    known = desk.state.settings.languages
    language = asked if asked in known else desk.words.language
    words = Words(language, desk.zone, desk.kinds)
    return words, tell(db, words, desk.kinds, person, desk.now)


@desk_page
async def page(desk: Desk) -> Response:
    """Everything about one person, to read and to print."""
    words, shown = await _handed_out(desk)
    return await desk.page("everything.html", "people", said=words, **shown)


@desk_page
async def file(desk: Desk) -> Response:
    """The same as a JSON file."""
    _, shown = await _handed_out(desk)
    name = f"rounds-{shown['person']}.json"
    return Response(
        as_json(shown),
        media_type="application/json",
        headers={
            "Cache-Control": "no-store",
            "Content-Disposition": f'attachment; filename="{name}"',
        },
    )


async def _handed_out(desk: Desk) -> tuple[Words, told.Shown]:
    id = desk.request.path_params["person"]
    desk.must_be_fresh(f"/desk/people/{id}/everything")
    words, shown = await desk.read(gather, desk, id)
    desk.note("person.exported", shown["ids"])
    return words, shown


ROUTES = [
    Route("/desk/people/{person}/everything", page),
    Route("/desk/people/{person}/everything.json", file),
]
