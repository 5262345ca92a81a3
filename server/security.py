"""Headers on every answer, and nothing for what another website causes.

The headers are our own and not the `secure` library's: they are constant, most of them depend on
what kind of page it is, and what a route said itself must stay.
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.problems import Problem, answer

DESK = "/desk"
# The phone draws with lit-html and starts its worker; the desk's scripts make no policy at all.
POLICIES = {"phone": "trusted-types lit-html rounds", "desk": "trusted-types 'none'"}
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "font-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
    )
)
# The camera reads joining codes. What is not named here a browser asks about or does not have.
PERMISSIONS = {
    **dict.fromkeys(
        ("camera", "publickey-credentials-create", "publickey-credentials-get"), "self"
    ),
    **dict.fromkeys(("accelerometer", "bluetooth", "display-capture", "geolocation"), ""),
    **dict.fromkeys(("gyroscope", "hid", "magnetometer", "microphone", "midi", "payment"), ""),
    **dict.fromkeys(("serial", "usb", "xr-spatial-tracking"), ""),
}
HEADERS = {
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Origin-Agent-Cluster": "?1",
    "Permissions-Policy": ", ".join(f"{name}=({who})" for name, who in PERMISSIONS.items()),
    # Under no-referrer browsers name no origin with a form of our own, and old ones name nothing
    # else; a link's token lies in the fragment, which no referrer holds.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Whoever answers with something that may be kept says so; nothing else is.
    "Cache-Control": "no-store",
}
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
OURS = ("same-origin", "none")


class Security:
    """ASGI around the whole app, also around what Starlette answers outside of all middleware."""

    def __init__(self, app: ASGIApp, is_secure: bool = False) -> None:
        self.app = app
        self.is_secure = is_secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the headers; turn away what another website caused."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        replaced = False

        async def with_headers(message: Message) -> None:
            nonlocal replaced
            if replaced:
                return
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if message["status"] == 413 and headers.get("content-type", "").startswith("text/"):
                    # Starlette's own limit speaks plain text; every client of ours reads JSON.
                    await refuse("too_large")
                    replaced = True
                    return
                add_headers(headers, scope["path"], self.is_secure)
            await send(message)

        async def refuse(code: str) -> None:
            await answer(Request(scope), Problem(code))(scope, receive, with_headers)

        if is_from_elsewhere(scope["method"], Headers(scope=scope)):
            await refuse("from_elsewhere")
            return
        await self.app(scope, receive, with_headers)


def add_headers(headers: MutableHeaders, path: str, is_secure: bool) -> None:
    """Add to an answer's headers what it has not said itself."""
    policy = POLICIES["desk" if path == DESK or path.startswith(f"{DESK}/") else "phone"]
    headers.setdefault("Content-Security-Policy", f"{CONTENT_SECURITY_POLICY}; {policy}")
    if is_secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    for name, value in HEADERS.items():
        headers.setdefault(name, value)


def is_from_elsewhere(method: str, headers: Headers) -> bool:
    """Return whether another origin caused a request that only our own pages may cause.

    Somebody may follow a link to us; no page elsewhere may post, nor load anything of ours as an
    image, a script or a frame. Browsers say so in Sec-Fetch-*; older ones only in Origin. A site
    on another port of this machine gets the same cookies: same-site is not enough.
    """
    site = headers.get("sec-fetch-site")
    if method in SAFE_METHODS:
        return site is not None and site not in OURS and not _is_link(headers)
    if site is not None:
        return site not in OURS
    origin = headers.get("origin")
    try:
        return origin is not None and urlsplit(origin).netloc != headers.get("host")
    except ValueError:
        return True


def _is_link(headers: Headers) -> bool:
    mode, to = headers.get("sec-fetch-mode"), headers.get("sec-fetch-dest", "document")
    return mode == "navigate" and to == "document"
