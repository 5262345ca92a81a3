"""The phone's app: its files from pwa/, each with its hash.

A URL is a path in pwa/; the modules come as tools/vendor.py put them together, under /app/, unless
one was edited since: then each comes as it is written. Everything is read once, so that the service
worker's list and the files it lists are of one moment.
"""

import base64
import gzip
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path, PurePath
from typing import Any, Literal, NamedTuple

import brotli  # type: ignore[import-untyped]
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

import sync
from server.config import Settings
from server.problems import Problem
from sync.kinds import as_json

PWA = Path(__file__).parents[2] / "pwa"
SERVED = Path(sync.__file__).parent  # what both sides go by stands in sync/
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}
NOT_SERVED = re.compile(r"types/|tsconfig|vendor/app|sync/whole\.js$|kill-worker\.js$|.*\.d\.ts$")
# In this order: what comes later overrules.
STYLES = (
    *("tokens", "base", "frame", "components", "buttons", "forms", "talk", "joining"),
    *("vault", "narrow"),
)
KNOWN = ("kinds", "standing", "lifts")
START = "/main.js"
WORKER = "/service-worker.js"
ICON = "/icon-192.png"  # no SVG: that is a document of its own, before the first picture
TOGETHER = "/app/"
NOT_MADE: dict[str, Any] = {"made_from": {}, "start": [], "captain": [], "with_signal": []}
SCREENS = (
    *("/", "/join", "/done", "/settings", "/pass-on", "/practice", "/help", "/privacy"),
    *("/add", "/group", "/lines", "/person/{id}", "/talk/{id}", "/line/{id}", "/rap/{id}"),
    *("/consent/{id}", "/correct/{id}", "/change/{id}", "/turn/{id}", "/assess/{id}"),
)
STATIC_IMPORT = re.compile(
    r"""^(?:import|export)\s(?:[\w\s{},*$]+\sfrom\s)?"(\.[^"]+)\"""", re.MULTILINE
)
# The line of the service worker that is filled in, as written or made smaller.
EMPTY = re.compile(r'\{ ?precache: ?\[\], ?captain: ?\[\], ?revision: ?"" ?\}')


@dataclass(frozen=True)
class File:
    """One file as it is served; compressed when it is first asked for.

    kept: on every phone, on a captain's, or on none, because what it is for needs signal.
    """

    body: bytes
    type: str
    kept: Literal["always", "captain", "never"] = "always"

    @cached_property
    def digest(self) -> bytes:
        """SHA-256 of the body."""
        return hashlib.sha256(self.body).digest()

    @property
    def integrity(self) -> str:
        """The digest as browsers check it."""
        return f"sha256-{base64.b64encode(self.digest).decode()}"

    @cached_property
    def br(self) -> bytes:
        """The body as brotli makes it smallest."""
        return _smallest(self.body)

    @cached_property
    def gzip(self) -> bytes:
        """The body for those who do not read brotli."""
        return gzip.compress(self.body, mtime=0)


@cache
def _smallest(body: bytes) -> bytes:
    """Once for all apps of a process: at its best, brotli takes a third of a second for the app."""
    packed: bytes = brotli.compress(body)
    return packed


Shell = Mapping[str, File]


class Together(NamedTuple):
    """The app put together: its files by URL, and those it starts with, the first one first."""

    files: dict[str, File]
    start: list[str]


def routes(settings: Settings, pwa: Path = PWA) -> list[Route]:
    """Return the routes of the phone's app. The last one matches every path: put these last."""
    files = shell(pwa)
    if settings.stop_worker:
        files[WORKER] = _read(pwa / "kill-worker.js")

    async def screen(request: Request) -> Response:
        return respond(request, files["/index.html"])

    async def file(request: Request) -> Response:
        found = files.get(f"/{request.path_params['path']}")
        if found is None:
            raise Problem("not_found")
        return respond(request, found)

    return [*(Route(path, screen) for path in SCREENS), Route("/{path:path}", file)]


def shell(pwa: Path = PWA) -> dict[str, File]:
    """Return url -> File: all a phone may ask for, index and service worker filled in."""
    files = {f"/{path.relative_to(pwa)}": _read(path) for path in _files(pwa)}
    files["/sync/kinds.json"] = File(as_json(), TYPES[".json"], "never")
    for name in ("standing.json", "lifts.json"):
        files[f"/sync/{name}"] = replace(_read(SERVED / name), kept="never")
    files["/start.json"] = _start(files)
    files["/style.css"] = _style(files)
    together = _put_together(pwa, files)
    files |= together.files
    start = together.start or modules(files)
    files["/index.html"] = _starting_with(files["/index.html"], start)
    files[WORKER] = _with_list(files[WORKER], precached(files), precached(files, "captain"))
    return files


def modules(files: Shell, start: str = START) -> list[str]:
    """Return the URLs of the modules `start` imports statically, itself first.

    Raises FileNotFoundError for an import that leads nowhere.
    """
    found = [start]
    for url in found:
        if url not in files:
            raise FileNotFoundError(f"the phone's app imports {url}, which is not in pwa/")
        for name in STATIC_IMPORT.findall(files[url].body.decode()):
            imported = _resolved(url, name)
            if imported not in found:
                found.append(imported)
    return found


def precached(files: Shell, kept: str = "always") -> list[tuple[str, str]]:
    """Return url and integrity of what every phone, or every captain's, opens without signal.

    All but the worker, icons besides the page's own, what needs signal anyway, and modules that
    are there put together.
    """
    is_together = any(url.startswith(TOGETHER) for url in files)
    return [
        (url, file.integrity)
        for url, file in sorted(files.items())
        if url != WORKER
        and (file.type != TYPES[".png"] or url == ICON)
        and file.kept == kept
        and (file.type != TYPES[".js"] or not is_together or url.startswith(TOGETHER))
    ]


def respond(request: Request, file: File) -> Response:
    """Answer with a file, or with 304 when the browser has it already."""
    etag = f'"{file.digest.hex()[:32]}"'
    headers = {"Cache-Control": "no-cache", "ETag": f"W/{etag}", "Vary": "Accept-Encoding"}
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    accepted = request.headers.get("accept-encoding", "")
    body = file.body
    if file.type != TYPES[".png"] and (encoding := _encoding(accepted)):
        headers["Content-Encoding"] = encoding
        body = getattr(file, encoding)
    return Response(body, headers=headers, media_type=file.type)


def _encoding(accepted: str) -> str | None:
    known = {part.split(";")[0].strip() for part in accepted.split(",") if "q=0" not in part}
    return next((name for name in ("br", "gzip") if name in known), None)


def _files(pwa: Path) -> Iterator[Path]:
    for path in sorted(pwa.rglob("*")):
        if path.suffix in TYPES and not NOT_SERVED.match(path.relative_to(pwa).as_posix()):
            yield path


def _read(path: Path) -> File:
    return File(path.read_bytes(), TYPES[path.suffix])


def _put_together(pwa: Path, files: Shell) -> Together:
    """Return the app as tools/vendor.py put it together, or nothing when a module was edited."""
    listed = pwa / "vendor" / "app.json"
    facts: dict[str, Any] = json.loads(listed.read_text()) if listed.exists() else NOT_MADE
    ours = (url for url in files if url.endswith(".js") and not url.startswith("/vendor/"))
    if any(files[url].digest.hex() != facts["made_from"].get(url) for url in ours):
        return Together({}, [])
    made = {
        url: replace(_read(path), kept=_kept(url, facts))
        for path in (pwa / "vendor" / "app").iterdir()
        for url in [f"{TOGETHER}{path.name}"]
    }
    worker = made.pop(f"{TOGETHER.rstrip('/')}{WORKER}")
    return Together({**made, WORKER: worker}, facts["start"])


def _kept(url: str, facts: Mapping[str, Any]) -> Literal["always", "captain", "never"]:
    if url in facts["captain"]:
        return "captain"
    return "never" if url in facts["with_signal"] else "always"


def _starting_with(index: File, start: list[str]) -> File:
    """Return the page with its script, and links to all that this needs at once."""
    preloads = [f'<link rel="modulepreload" href="{url}">' for url in start]
    text = index.body.decode().replace("<!-- modulepreload -->", "\n    ".join(preloads))
    return File(text.replace(f'src="{START}"', f'src="{start[0]}"').encode(), index.type)


def _start(files: dict[str, File]) -> File:
    """Return what the app starts with: on a slow phone five files take five times as long."""
    known = {name: json.loads(files[f"/sync/{name}.json"].body) for name in KNOWN}
    texts = {
        PurePath(url).stem: json.loads(files.pop(url).body)
        for url in [*files]
        if url.startswith("/text/")
    }
    body = json.dumps({**known, "texts": texts}, ensure_ascii=False, separators=(",", ":"))
    return File(body.encode(), TYPES[".json"])


def _style(files: dict[str, File]) -> File:
    """Return all style sheets as one; each by itself is for the desk and other readers."""
    urls = [f"/style/{name}.css" for name in STYLES]
    for url in urls:
        files[url] = replace(files[url], kept="never")
    return File(b"\n".join(files[url].body for url in urls), TYPES[".css"])


def _resolved(url: str, name: str) -> str:
    parts = url.split("/")[:-1]
    for part in name.split("/"):
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def _with_list(worker: File, files: list[tuple[str, str]], captain: list[tuple[str, str]]) -> File:
    listed = {"precache": files, "captain": captain}
    revision = hashlib.sha256(worker.body + json.dumps(listed).encode()).hexdigest()[:12]
    filled = json.dumps({**listed, "revision": revision}, separators=(",", ":"))
    text = EMPTY.sub(lambda _: filled, worker.body.decode(), count=1)
    return File(text.encode(), worker.type)
