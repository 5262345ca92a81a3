"""One request to the app, without a socket."""

from typing import Any, NamedTuple

from starlette.types import ASGIApp


class Reply(NamedTuple):
    """What the app answered; names of headers are in small letters, cookies as they are set."""

    status: int
    headers: dict[str, str]
    body: bytes


async def call(
    app: ASGIApp, method: str, path: str, headers: dict[str, str], body: bytes = b""
) -> Reply:
    """Return the app's reply to one request."""
    path, _, query = path.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(b"host", b"rounds.test"), *_raw(headers)],
        "client": ("127.0.0.1", 1),
        "server": ("rounds.test", 80),
        "state": {},
    }
    parts = [{"type": "http.request", "body": body, "more_body": False}]
    said: list[Any] = []

    async def receive() -> Any:
        return parts.pop() if parts else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        said.append(message)

    await app(scope, receive, send)
    whole = b"".join(message.get("body", b"") for message in said[1:])
    return Reply(said[0]["status"], _named(said[0]["headers"]), whole)


def _raw(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]


def _named(raw: list[tuple[bytes, bytes]]) -> dict[str, str]:
    return {name.decode().lower(): value.decode("latin-1") for name, value in raw}
