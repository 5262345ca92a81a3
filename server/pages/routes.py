"""Every route of the desk, its table of contents."""

from pathlib import Path
from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

from server.pages import (
    answers,
    consent,
    conversations,
    correct,
    decide,
    employers,
    erase,
    everything,
    fresh,
    imports,
    inviting,
    lines,
    me,
    overview,
    passkeys,
    people,
    people_csv,
    person,
    privacy,
    retention,
    review,
    rooms,
    same_person,
    sign_in,
    undo,
    upload,
    volunteer,
    volunteers,
)


class OwnFiles(StaticFiles):
    """The desk's style and script: browsers ask each time whether they changed."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        """Return a file, or 304."""
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "no-cache"
        return response


STATIC = Path(__file__).parent.parent / "static"
ROUTES: list[BaseRoute] = [
    *sign_in.ROUTES,
    *fresh.ROUTES,
    *passkeys.ROUTES,
    *me.ROUTES,
    *overview.ROUTES,
    *people.ROUTES,
    *people_csv.ROUTES,
    *volunteers.ROUTES,
    *volunteer.ROUTES,
    *inviting.ROUTES,
    *rooms.ROUTES,
    *person.ROUTES,
    *everything.ROUTES,
    *erase.ROUTES,
    *correct.ROUTES,
    *consent.ROUTES,
    *privacy.ROUTES,
    *retention.ROUTES,
    *employers.ROUTES,
    *same_person.ROUTES,
    *conversations.ROUTES,
    *answers.ROUTES,
    *review.ROUTES,
    *decide.ROUTES,
    *undo.ROUTES,
    *upload.ROUTES,
    *lines.ROUTES,
    *imports.ROUTES,
    Mount("/desk/static", OwnFiles(directory=STATIC)),
]
