"""Every problem the server can report, from sync/problems.json, as an answer in words."""

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

import sync

PROBLEMS: dict[str, Any] = json.loads((Path(sync.__file__).parent / "problems.json").read_text())


class Problem(Exception):
    """Something the caller is told; `code` stands in sync/problems.json, `more` beside it."""

    def __init__(
        self,
        code: str,
        retry_after_s: int | None = None,
        more: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        super().__init__(code)
        self.code = code
        self.retry_after_s = retry_after_s
        self.more = more

    @property
    def status(self) -> int:
        """The HTTP status of this problem."""
        status: int = PROBLEMS[self.code]["status"]
        return status


def in_words(code: str, language: str) -> dict[str, str]:
    """Return what happened, what is safe and what to do next, in one language."""
    entry = PROBLEMS[code]
    return {part: entry[part][language] for part in ("title", "safe", "next")}


def language_of(request: Request) -> str:
    """Return the language a request asks for: fr, else en."""
    accepted = request.headers.get("accept-language", "")
    first = accepted.split(",")[0].strip().lower()
    return "fr" if first.startswith("fr") else "en"


def answer(request: Request, problem: Problem) -> JSONResponse:
    """Return the problem as the JSON every client reads."""
    headers = {"Cache-Control": "no-store"}
    if problem.retry_after_s is not None:
        headers["Retry-After"] = str(problem.retry_after_s)
    words = in_words(problem.code, language_of(request))
    body = {"problem": problem.code, **words, **problem.more}
    return JSONResponse(body, problem.status, headers)
