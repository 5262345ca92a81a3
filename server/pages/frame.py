"""How a page of the desk is drawn, and the paths it may lead to."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import jinja2
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from server.problems import language_of
from server.text import Words

LANGUAGE_COOKIE = "rounds-desk-language"
A_YEAR_S = 365 * 24 * 3600
OWN_PATH = re.compile(r"/desk(/[A-Za-z0-9_/-]*)?(\?[A-Za-z0-9_=&%+.:-]*)?(#[A-Za-z0-9_-]*)?")
TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent.parent / "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render(
    request: Request, template: str, words: Words, status: int = 200, **shown: Any
) -> Response:
    """Return a template as a page that no cache keeps."""
    html = TEMPLATES.get_template(template).render(
        t=words,
        union=request.app.state.settings.union,
        languages=request.app.state.settings.languages,
        **shown,
    )
    headers = {"Cache-Control": "no-store", "Content-Language": words.language}
    return HTMLResponse(html, status, headers)


def words_for(request: Request, language: str | None = None) -> Words:
    """Return the words of the language chosen here, else the volunteer's, else the browser's."""
    settings = request.app.state.settings
    wanted = (request.cookies.get(LANGUAGE_COOKIE), language, language_of(request))
    known = [str(one) for one in wanted if one in settings.languages]
    return Words([*known, settings.languages[0]][0], settings.zone, request.app.state.kinds)


def own_path(path: str) -> str:
    """Return a path of the desk as it is, anything else as the overview."""
    return path if OWN_PATH.fullmatch(path) else "/desk"


def path_of(request: Request) -> str:
    """Return the path and query of a request, to come back to."""
    query = f"?{request.url.query}" if request.url.query else ""
    return own_path(f"{request.url.path}{query}")


def came_from(request: Request) -> str:
    """Return the page a form was posted from, as the browser says; else the overview."""
    try:
        page = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return own_path("")
    return own_path(f"{page.path}?{page.query}" if page.query else page.path)


def link(path: str, asked: Mapping[str, Any]) -> str:
    """Return a path with the query values that are not empty."""
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"{path}?{query}" if query else path
