"""Signing in by a link or a passkey, and the language of the desk."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from server.pages.frame import A_YEAR_S, LANGUAGE_COOKIE, own_path, render, words_for


async def join(request: Request) -> Response:
    """The page behind a desk link; only its button uses the link up, no preview can."""
    may_use = request.app.state.settings.relying_party is not None
    words = words_for(request)
    return render(request, "join.html", words, here="/desk/join", may_use_passkey=may_use)


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


ROUTES = [
    Route("/desk/join", join, methods=["GET"]),
    Route("/desk/language", language, methods=["POST"]),
]
