"""What every page of the desk shares: who is asking, how it reads, saves and answers."""

from asyncio import wrap_future
from collections.abc import Awaitable, Callable, Hashable, Iterable
from concurrent.futures import Future
from datetime import date, timedelta, tzinfo
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.access import audit
from server.access.desk import NotFresh, NotSignedIn, Session, signed_in
from server.config import Settings
from server.ids import now_ms
from server.ledger import Receipt, save_from_desk
from server.pages.frame import came_from, link, own_path, path_of, render, words_for
from server.problems import Problem, in_words
from server.reports import (
    campaigns,
    closed,
    conflicts,
    held,
    history,
    remembered,
    rulings,
    scope,
    volunteers,
)
from server.schema import Connection, DatabaseError
from sync.kinds import Kinds
from sync.save import Change

P = ParamSpec("P")
T = TypeVar("T")
NAVIGATION = (
    *("overview", "people", "volunteers", "conversations", "answers", "review", "lines"),
    *("imports", "privacy"),
)
FLASHES = (
    *("used", "asked", "admitted", "set_aside", "taken_back", "brought_back", "undone"),
    *("joined", "joined_again", "split", "apart", "rolled_back"),
    *("kept_held", "changed_meanwhile", "nothing_entered"),
    *("confirmed", "send_again", "passkey_added", "passkey_removed", "device_ended"),
    *("corrected", "corrected_employers", "why_missing", "consent_noted", "keep_until"),
    "answer_written",
    *("erased", "erased_still_read", "erased_aside"),
    *("volunteer_added", "volunteer_changed", "invitation_withdrawn", "device_signed_out"),
    *("dismissed", "let_in", "declined", "all_declined", "room_closed", "gone_meanwhile"),
)
FLASH_COOKIE = "rounds-desk-flash"
FLASH_MAX_AGE_S = 60


class Desk:
    """One request of a signed-in coordinator."""

    def __init__(self, request: Request, session: Session) -> None:
        self.request = request
        self.session = session
        self.state = request.app.state
        self.now = now_ms()
        self.words = words_for(request, session.language)
        self.reach = scope.reach(session.locals)
        self._notes: list[Future[None]] = []

    @property
    def kinds(self) -> Kinds:
        """The kinds of record."""
        kinds: Kinds = self.state.kinds
        return kinds

    @property
    def zone(self) -> tzinfo:
        """The union's time zone."""
        zone: tzinfo = self.state.settings.zone
        return zone

    @property
    def today(self) -> date:
        """Today in the union's time zone."""
        return self.words.local_day(self.now)

    @property
    def tomorrow(self) -> int:
        """When tomorrow starts, in ms: a phone's clock may be some minutes fast."""
        return campaigns.midnight_ms(self.today + timedelta(days=1), self.zone)

    def remembered(self, db: Connection, key: Hashable, work_out: Callable[[], T]) -> T:
        """Return a sum over everybody in reach, worked out once between two saves."""
        memory = remembered.memory_of(self.state.reader)
        return memory.get(db, (self.session.locals, self.today, key), work_out)

    def offered(self, db: Connection, kind: str) -> list[tuple[str, str]]:
        """Return (id, name) of what a filter offers of a kind, in reach only."""
        return self.remembered(db, ("offered", kind), lambda: scope.offered(db, self.reach, kind))

    def asked(self, name: str) -> str:
        """Return one value of the query string, trimmed; empty when absent."""
        return self.request.query_params.get(name, "").strip()[:200]

    @property
    def page_number(self) -> int:
        """Which page of a long list was asked for, from 1."""
        text = self.asked("page")
        return max(1, int(text)) if text.isascii() and text.isdecimal() and len(text) < 7 else 1

    def must_be_fresh(self, back: str = "") -> None:
        """Raise NotFresh, unless this desk signed in or confirmed it within ten minutes.

        For exports, erasure, roles and devices; say it before anything is done. What was posted
        comes to nothing then, and whoever posted it comes back to the page the form stood on, or
        to `back`, and is told to send it again.
        """
        if not self.session.is_fresh(self.now):
            was_posted = self.request.method == "POST"
            here = came_from(self.request) if was_posted else path_of(self.request)
            raise NotFresh(back or here, was_posted)

    async def form(self) -> FormData:
        """Return what a form posted."""
        return await self.request.form(max_files=0, max_fields=5000)

    async def read(
        self,
        query: Callable[Concatenate[Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run query(db, …) at one moment of the database."""
        found: T = await self.state.reader.run(query, *args, **kwargs)
        return found

    @property
    def who(self) -> audit.Who:
        """Who is asking, as the audit log names them."""
        return audit.Who(self.session.volunteer, self.session.device["id"])

    def note(self, what: str, ids: Iterable[str], count: int | None = None) -> None:
        """Note in the audit log whom a page shows. Raises Busy.

        It is written while the page is drawn, and is on disk before anything of it is sent: a
        page that could not be noted is not shown.
        """
        named = [*ids]

        def job(db: Connection) -> None:
            audit.note(db, self.who, what, named, self.now, count)

        self._notes.append(self.state.writer.soon(job))

    async def noted(self) -> None:
        """Return once all that was noted is on disk. Raises Problem not_noted."""
        try:
            for one in self._notes:
                await wrap_future(one)
        except DatabaseError:
            raise Problem("not_noted") from None

    async def save(self, changes: list[Change]) -> Receipt:
        """Save what was done here: a save like any other, by this desk's device."""
        receipt: Receipt = await self.state.writer.run(
            lambda db: save_from_desk(db, self.kinds, self.session.device, changes, self.now)
        )
        return receipt

    async def save_unless_changed(
        self, prepare: Callable[[Connection], list[Change] | None]
    ) -> Receipt | None:
        """Save what `prepare` makes of the form, in one transaction with what it looks at.

        None, and nothing saved, where it says that this is no longer what the form showed.
        """

        def job(db: Connection) -> Receipt | None:
            changes = prepare(db)
            if changes is None:
                return None
            return save_from_desk(db, self.kinds, self.session.device, changes, self.now)

        receipt: Receipt | None = await self.state.writer.run(job)
        return receipt

    async def page(self, template: str, entry: str, **shown: Any) -> Response:
        """Return a page; `entry` is its place in the navigation."""
        waiting = {
            "review": await self.read(waiting_count, self.session.locals, self.kinds),
            "volunteers": len(await self.read(volunteers.asking, self.session)),
        }
        text, save = self._flash()
        response = render(
            self.request,
            template,
            self.words,
            entry=entry,
            navigation=[(name, waiting.get(name, 0)) for name in NAVIGATION],
            reader_name=self.session.name,
            flash=text,
            flash_save=save,
            flash_saw=await self.read(seen_of, save) if save else [],
            here=path_of(self.request),
            **shown,
        )
        response.delete_cookie(FLASH_COOKIE, path="/desk")
        return response

    def back(self, path: str, flash: str, save: str = "") -> Response:
        """Return to a page of the desk, which then says what was done."""
        response = RedirectResponse(own_path(path), 303, headers={"Cache-Control": "no-store"})
        say_next(response, self.state.settings, flash, save)
        return response

    def _flash(self) -> tuple[str, str]:
        code, _, save = self.request.cookies.get(FLASH_COOKIE, "").partition(".")
        return (self.words(f"flash.{code}"), save) if code in FLASHES else ("", "")


def say_next(response: Response, settings: Settings, flash: str, save: str = "") -> None:
    """Let the next page of the desk say what was done."""
    response.set_cookie(
        FLASH_COOKIE,
        f"{flash}.{save}",
        max_age=FLASH_MAX_AGE_S,
        path="/desk",
        secure=settings.is_secure,
        httponly=True,
        samesite="strict",
    )


Endpoint = Callable[[Request], Awaitable[Response]]


def desk_page(page: Callable[[Desk], Awaitable[Response]]) -> Endpoint:
    """Return the endpoint of a page: only for coordinators, its problems as pages."""

    @wraps(page)
    async def endpoint(request: Request) -> Response:
        try:
            session = await signed_in(request)
        except NotSignedIn:
            return RedirectResponse("/desk/join", 303, headers={"Cache-Control": "no-store"})
        try:
            desk = Desk(request, session)
            desk.state.pace.keep("desk", session.device["id"], desk.now)
            shown = await page(desk)
            await desk.noted()
            return shown
        except NotFresh as asked:
            again = "yes" if asked.was_posted else ""
            confirm = link("/desk/fresh", {"back": own_path(asked.back), "again": again})
            return RedirectResponse(confirm, 303, headers={"Cache-Control": "no-store"})
        except Problem as problem:
            words = words_for(request, session.language)
            said = in_words(problem.code, words.language)
            shown = render(request, "problem.html", words, problem.status, said=said)
            if problem.retry_after_s is not None:
                shown.headers["Retry-After"] = str(problem.retry_after_s)
            return shown

    return endpoint


def seen_of(db: Connection, save: str) -> list[str]:
    """Return what a form that takes a save back has seen."""
    source = history.source_of(db, save)
    if source is None:
        return []
    targets = rulings.ruled_by_undo(source.stamped.save, ())
    return rulings.seen(rulings.standing_on(db, targets), targets)


def waiting_count(db: Connection, locals_: frozenset[str], kinds: Kinds) -> int:
    """Return how many things wait on the review page: what people wrote and what does not count."""
    kept = held.count(db, locals_, kinds) + closed.count(db, locals_)
    return conflicts.count(db, scope.reach(locals_)) + kept
