"""Settings, all from the environment, all here. `rounds serve --help` lists them."""

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from server.whole import place

LANGUAGES = ("en", "fr")
VARIABLES = {
    "ROUNDS_DB": "the SQLite file, made when absent (var/rounds.db)",
    "ROUNDS_URL": "where people reach this server, for links (http://127.0.0.1:8000)",
    "ROUNDS_UNION": "the union's name, on the desk (Rounds)",
    "ROUNDS_ZONE": "the union's time zone, for days and hours (America/Edmonton)",
    "ROUNDS_LANGUAGES": "languages offered, the first is the default (en,fr)",
    "ROUNDS_HOST": "the address to listen on (127.0.0.1)",
    "ROUNDS_PORT": "the port to listen on (8000)",
    "ROUNDS_STOP_WORKER": "1 makes phones drop their offline copy of the app, never their work",
}


ZONE = ZoneInfo("America/Edmonton")
IPV4 = re.compile(r"[\d.]+")
DEFAULT_PORTS = {("https", ":443"), ("http", ":80")}


class ConfigProblem(ValueError):
    """A setting cannot be used; the message names it, its value and what would be right."""


@dataclass(frozen=True)
class RelyingParty:
    """Whom a passkey is made for: the host name and the origin people reach this server by."""

    host: str
    origin: str
    name: str


@dataclass(frozen=True)
class Settings:
    """What one server runs with."""

    db: Path
    url: str = "http://127.0.0.1:8000"
    union: str = "Rounds"
    zone: ZoneInfo = ZONE
    languages: tuple[str, ...] = LANGUAGES
    host: str = "127.0.0.1"
    port: int = 8000
    stop_worker: bool = False

    @property
    def is_secure(self) -> bool:
        """Whether people reach the server over TLS, so that cookies may ask for it."""
        return self.url.startswith("https://")

    @property
    def relying_party(self) -> RelyingParty | None:
        """Whom passkeys are made for; None where browsers make none: no name, or no TLS."""
        url = urlsplit(self.url)
        host, port = url.hostname or "", f":{url.port}" if url.port else ""
        is_name = not IPV4.fullmatch(host) and ":" not in host and host != ""
        if not is_name or not (self.is_secure or host == "localhost"):
            return None
        port = "" if (url.scheme, port) in DEFAULT_PORTS else port
        return RelyingParty(host, f"{url.scheme}://{host}{port}", self.union)


def settings_from(environment: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings the environment gives. Raises ConfigProblem."""
    port = environment.get("ROUNDS_PORT", "8000")
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise ConfigProblem(f"ROUNDS_PORT is “{port}”; a port is a number from 1 to 65535")
    host = environment.get("ROUNDS_HOST", "127.0.0.1")
    return Settings(
        db=Path(environment.get("ROUNDS_DB", "var/rounds.db")),
        url=address_in(environment.get("ROUNDS_URL", f"http://{host}:{port}")),
        union=environment.get("ROUNDS_UNION", "Rounds"),
        zone=_zone(environment.get("ROUNDS_ZONE", "America/Edmonton")),
        languages=_languages(environment.get("ROUNDS_LANGUAGES", ",".join(LANGUAGES))),
        host=host,
        port=int(port),
        stop_worker=environment.get("ROUNDS_STOP_WORKER") == "1",
    )


def address_in(text: str) -> str:
    """Return where people reach a server, without a last slash. Raises ConfigProblem."""
    try:
        url = urlsplit(text)
        is_good = url.scheme in ("http", "https") and bool(url.hostname) and url.port != 0
    except ValueError:
        is_good = False
    if not is_good:
        example = "https://rounds.your-union.org"
        raise ConfigProblem(f"ROUNDS_URL is “{text}”; use an address like {example}")
    return text.rstrip("/")


def secret_beside(db: Path) -> str:
    """Return the secret that signs links, made beside the database at first start.

    Raises ConfigProblem for an empty one, with which anybody could sign.
    """
    path = db.with_suffix(".secret")
    if not path.exists():
        place(path, secrets.token_urlsafe(32).encode())
    secret = path.read_text().strip()
    if not secret:
        raise ConfigProblem(f"{path} is empty; remove it, and a new one is made at the next start")
    return secret


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        example = "America/Edmonton"
        raise ConfigProblem(f"ROUNDS_ZONE is “{name}”; use a name like {example}") from None


def _languages(text: str) -> tuple[str, ...]:
    languages = tuple(part.strip() for part in text.split(",") if part.strip())
    unknown = [language for language in languages if language not in LANGUAGES]
    if unknown or not languages:
        raise ConfigProblem(f"ROUNDS_LANGUAGES is “{text}”; choose from {', '.join(LANGUAGES)}")
    return languages
