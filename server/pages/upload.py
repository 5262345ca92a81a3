"""A file of sealed records that somebody brought on foot: what phones wrote in it is taken in."""

from collections import Counter
from collections.abc import Iterable
from typing import Literal, NamedTuple

import msgspec
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from server.ledger.opening import Opened, open_all
from server.ledger.receipts import Receipt
from server.ledger.receive import Carried, receive_all
from server.pages.desk import Desk, desk_page
from server.reports import scope
from server.reports.names import names_of
from server.schema import Connection
from sync.envelope import Envelope
from sync.exchange import MAX_ENVELOPES

MAX_FILE = 4_000_000  # some four thousand records
MAX_LISTED = 5000
MOST_READ = 50_000_000
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
OUTCOMES = ("taken", "known", "held", "closed", "erased", "no_room", "no_record")
PROBLEMS = ("none", "not_ours", "empty", "too_large")


class BadFile(ValueError):
    """A file that cannot be taken in; the message is the end of its key in the catalogue."""


class Exported(msgspec.Struct, frozen=True):
    """A file as a phone writes it. Each envelope is read by itself: a bad one stops no other."""

    rounds: Literal[1]
    envelopes: list[msgspec.Raw]


class TakenIn(NamedTuple):
    """What became of envelopes: outcome -> how many; volunteer -> how many were theirs."""

    outcomes: Counter[str]
    authors: Counter[str]


@desk_page
async def upload(desk: Desk) -> Response:
    """The page that asks for a file."""
    return await desk.page("upload.html", "review", problem="", lines=[], authors=[])


@desk_page
async def take_in(desk: Desk) -> Response:
    """Take a file in and say what became of it; the same file may come any number of times."""
    t = desk.words
    desk.state.pace.keep("upload", desk.session.device["id"], desk.now)
    try:
        envelopes, unread = read_file(await _file(desk))
    except BadFile as problem:
        said = t(f"upload.problem.{problem}")
        return await desk.page("upload.html", "review", problem=said, lines=[], authors=[])
    outcomes, authors = Counter({"no_record": unread}), Counter[str]()
    for start in range(0, len(envelopes), MAX_ENVELOPES):
        taken = await _take(desk, envelopes[start : start + MAX_ENVELOPES])
        outcomes.update(taken.outcomes)
        authors.update(taken.authors)
    named = await desk.read(_named, desk, authors)
    return await desk.page(
        "upload.html",
        "review",
        problem="",
        lines=[(one, t(f"upload.{one}", n=outcomes[one])) for one in OUTCOMES if outcomes[one]],
        authors=sorted(t("upload.by", name=name, count=n) for name, n in named.items()),
    )


def _named(db: Connection, desk: Desk, authors: Counter[str]) -> Counter[str]:
    """Return who wrote how many, by name; all who work elsewhere are together one."""
    t, known = desk.words, scope.volunteers_in_reach(db, desk.reach, authors)
    names = names_of(db, {("volunteer", id) for id in known}, t.language)
    found = Counter[str]()
    for id, count in authors.items():
        unknown = t("value.unknown") if id in known else t("upload.elsewhere")
        found[names.get(("volunteer", id), unknown)] += count
    return found


def read_file(data: bytes) -> tuple[list[Envelope], int]:
    """Return a file's sealed envelopes, and how many entries are none. Raises BadFile.

    What is not sealed is left out: nothing would prove who wrote it.
    """
    try:
        exported = msgspec.json.decode(data.removeprefix(BYTE_ORDER_MARK), type=Exported)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise BadFile("not_ours") from None
    if not exported.envelopes:
        raise BadFile("empty")
    if len(exported.envelopes) > MAX_LISTED:
        raise BadFile("too_large")
    found = [envelope for raw in exported.envelopes if (envelope := _sealed(raw)) is not None]
    return [*dict.fromkeys(found)], len(exported.envelopes) - len(found)


def _sealed(raw: msgspec.Raw) -> Envelope | None:
    try:
        envelope = msgspec.json.decode(raw, type=Envelope)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return envelope if envelope.sealed is not None else None


async def _file(desk: Desk) -> bytes:
    length = desk.request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > MAX_FILE:
        # A browser shows an answer only to what it could send whole.
        async for _ in desk.request.stream():
            pass
        raise BadFile("too_large")
    try:
        async with desk.request.form(max_files=1, max_fields=1) as form:
            file = form.get("file")
            if not isinstance(file, UploadFile) or not file.filename:
                raise BadFile("none")
            return await file.read()
    except HTTPException:
        raise BadFile("not_ours") from None


async def _take(desk: Desk, envelopes: list[Envelope]) -> TakenIn:
    opener = await desk.state.unsealer.open_many(envelopes)
    found = await desk.read(open_all, opener, envelopes)
    carried = Carried(desk.session.device, desk.now)

    def job(db: Connection) -> Counter[str]:
        top = db.execute("SELECT coalesce(max(seq), 0) AS seq FROM save").fetchone()["seq"]
        receipts = receive_all(db, desk.kinds, found, carried).receipts
        outcomes = Counter(_outcome(receipt, top) for receipt in receipts)
        outcomes["no_room"] = len(found) - len(receipts)
        return outcomes

    return TakenIn(await desk.state.writer.run(job), _authors(opened for _, opened in found))


def _outcome(receipt: Receipt, top: int) -> str:
    """Return what a receipt means here; up to `top` it was known before."""
    if receipt.verdict == "erased":
        return "erased"
    if receipt.seq == 0:
        return "closed"
    return "known" if receipt.seq <= top else receipt.verdict


def _authors(found: Iterable[Opened]) -> Counter[str]:
    """Return who wrote what was opened, where the seal proves it."""
    return Counter(one.device["volunteer"] for one in found if one.text and one.device)


ROUTES = [
    Route("/desk/upload", upload, methods=["GET"]),
    Route("/desk/upload", take_in, methods=["POST"], max_body_size=MOST_READ),
]
