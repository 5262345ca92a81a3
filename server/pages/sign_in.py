"""Signing in by a link, signing out, and the language of the desk."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.access.devices import drop_cookie, revoke
from server.pages.desk import Desk, desk_page
from server.pages.frame import A_YEAR_S, LANGUAGE_COOKIE, own_path, render, words_for


async def join(request: Request) -> Response:
    """The page behind a desk link; only its button uses the link up, no preview can."""
    return render(request, "join.html", words_for(request), here="/desk/join")


async def language(request: Request) -> Response:
    """Switch the language on this computer."""
    form = await request.form(max_files=0, max_fields=10)
    settings, wanted = request.app.state.settings, str(form.get("language", ""))
    response = RedirectResponse(own_path(str(form.get("back", ""))), 303)
    if wanted in settings.languages:
        response.set_cookie(
            LANGUAGE_COOKIE,
            wanted,
            max_age=A_YEAR_S,
            path="/desk",
            secure=settings.is_secure,
            samesite="strict",
        )
    return response


@desk_page
async def sign_out(desk: Desk) -> Response:
    """End this desk's session at once."""
    device = desk.session.device["id"]
    await desk.state.writer.run(lambda db: revoke(db, device, desk.now))
    response = RedirectResponse("/desk/join", 303, headers={"Cache-Control": "no-store"})
    drop_cookie(response, desk.state.settings, "desk")
    return response


ROUTES = [
    Route("/desk/join", join, methods=["GET"]),
    Route("/desk/language", language, methods=["POST"]),
    Route("/desk/sign-out", sign_out, methods=["POST"]),
]
