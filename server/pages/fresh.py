"""Confirming that it is still the same person at the desk, before what cannot be undone."""

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.access.desk import FRESH_MS
from server.access.devices import set_cookie
from server.access.invitations import spend
from server.access.passkeys import passkeys_of
from server.access.sessions import confirm
from server.pages.desk import Desk, desk_page
from server.pages.frame import own_path
from server.problems import Problem, in_words
from server.schema import Connection

MINUTES = FRESH_MS // 60_000


@desk_page
async def fresh(desk: Desk) -> Response:
    """The page that asks to confirm; whoever is fresh already goes on at once."""
    back = desk.request.query_params.get("back", "")
    if desk.session.is_fresh(desk.now):
        return RedirectResponse(own_path(back), 303, headers={"Cache-Control": "no-store"})
    return await _page(desk, back, desk.asked("again") == "yes")


@desk_page
async def by_link(desk: Desk) -> Response:
    """Confirm by a new link of one's own, used up here."""
    form = await desk.form()
    back, is_again = str(form.get("back", "")), form.get("again") == "yes"
    token = str(form.get("link", "")).strip().rpartition("#")[2]

    def job(db: Connection) -> str:
        volunteer = spend(db, desk.state.secret, token, "desk", desk.now)
        if volunteer != desk.session.volunteer:
            raise Problem("link_unknown")  # somebody else's stays unused
        return confirm(db, desk.who, desk.now)

    try:
        desk.state.pace.keep("confirm", desk.session.device["id"], desk.now)
        credential: str = await desk.state.writer.run(job)
    except Problem as problem:
        return await _page(desk, back, is_again, problem)
    response = desk.back(back, "send_again" if is_again else "confirmed")
    set_cookie(response, desk.state.settings, "desk", credential)
    return response


async def _page(desk: Desk, back: str, is_again: bool, problem: Problem | None = None) -> Response:
    is_possible = desk.state.settings.relying_party is not None
    keys = await desk.read(passkeys_of, desk.session.volunteer) if is_possible else []
    said = in_words(problem.code, desk.words.language) if problem else None
    return await desk.page(
        "fresh.html",
        "",
        minutes=MINUTES,
        back=own_path(back),
        is_again=is_again,
        may_use_passkey=bool(keys),
        problem=f"{said['title']} {said['next']}" if said else "",
    )


ROUTES = [
    Route("/desk/fresh", fresh, methods=["GET"]),
    Route("/desk/fresh", by_link, methods=["POST"]),
]
