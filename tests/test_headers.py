"""The headers of every kind of answer, over TLS, as they stand in headers.json.

Where one changes for a reason: `python -m tests.test_headers` writes the file anew.
"""

import json
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from server.access.pace import Pace, Rate
from server.app import create_app
from server.config import Settings
from tests.small_union import SmallUnion, make_small_union

EXPECTED = Path(__file__).parent / "headers.json"
URL = "https://rounds.example.org"
VARYING = {"content-length", "etag", "last-modified", "date", "content-encoding"}
SECRETS = re.compile(r"(?<==)[A-Za-z0-9_-]{43}(?=;)|(?<=expires=)[^;]+")


async def broken(request: Request) -> Response:
    """What nobody thought of."""
    raise RuntimeError("secret words")


@contextmanager
def running(union: SmallUnion) -> Iterator[TestClient]:
    app = create_app(Settings(db=union.db, url=URL))
    app.router.routes.insert(0, Route("/desk/broken", broken))
    with TestClient(
        app, base_url=URL, follow_redirects=False, raise_server_exceptions=False
    ) as client:
        yield client


def answers(union: SmallUnion) -> Iterator[tuple[str, Response]]:
    """Yield every kind of answer: what it is, and the answer."""
    with running(union) as client:
        yield "phone: page", client.get("/")
        script = client.get("/main.js")
        yield "phone: script", script
        etag = {"if-none-match": script.headers["etag"]}
        yield "phone: script as before", client.get("/main.js", headers=etag)
        yield "phone: worker", client.get("/service-worker.js")
        yield "phone: icon", client.get("/icon-192.png")
        yield "phone: manifest", client.get("/manifest.webmanifest")
        yield "phone: kinds", client.get("/sync/kinds.json")
        yield "phone: nothing there", client.get("/nowhere.js")
        joined = client.post("/join", json={"token": union.link_token("ana")})
        yield "phone: joined", joined
        up = {"protocol": 2, "cursor": None, "envelopes": []}
        yield "phone: exchange", client.post("/sync", json=up)
        yield "phone: no exchange", client.post("/sync", content=b"[")
        yield "phone: too large", client.post("/sync", content=b" " * 1_000_001)
        yield "phone: far too large", client.post("/sync", content=b" " * 2_000_001)
        client.cookies.clear()
        yield "phone: a stranger", client.post("/sync", json=up)
        elsewhere = {"sec-fetch-site": "cross-site"}
        yield "from elsewhere", client.post("/sync", json=up, headers=elsewhere)
        yield "health", client.get("/health")
        yield "desk: a stranger", client.get("/desk/people")
        yield "desk: sign-in page", client.get("/desk/join")
        yield "desk: style", client.get("/desk/static/base.css")
        yield "desk: no style", client.get("/desk/static/none.css")
        yield "desk: language", client.post("/desk/language", data={"language": "fr"})
        client.cookies.clear()
        joined = client.post("/desk/join", json={"token": union.link_token("dara", "desk")})
        yield "desk: signed in", joined
        yield "desk: page", client.get("/desk/people/minh")
        yield "desk: nobody there", client.get("/desk/people/nobody")
        yield "desk: wrong method", client.delete("/desk/people")
        yield "desk: challenge", client.post("/desk/passkeys/ask", json={"act": "sign_in"})
        yield "desk: broken", client.get("/desk/broken")
        client.app.state.pace = Pace({"desk": Rate(0, 1)})
        yield "desk: too often", client.get("/desk")
        client.app.state.pace = Pace()
        yield "desk: signed out", client.post("/desk/sign-out")


def told(answer: Any) -> dict[str, Any]:
    """Return an answer's status and headers, without what differs each time."""
    headers = {
        name: SECRETS.sub("…", value)
        for name, value in answer.headers.multi_items()
        if name not in VARYING
    }
    return {"status": answer.status_code, **dict(sorted(headers.items()))}


def compared(union: SmallUnion) -> dict[str, dict[str, Any]]:
    """Return the headers all answers share, the two policies, and what each says beside them."""
    found = {what: told(answer) for what, answer in answers(union)}
    policies = {
        side: found[f"{side}: page"]["content-security-policy"] for side in ("phone", "desk")
    }
    for one in found.values():
        by_policy = {text: side for side, text in policies.items()}
        one["content-security-policy"] = by_policy[one["content-security-policy"]]
    everywhere = set.intersection(*(set(one.items()) for one in found.values()))
    shared = {"everywhere": dict(sorted(everywhere)), "policies": policies}
    return shared | {
        what: {name: said for name, said in one.items() if (name, said) not in everywhere}
        for what, one in found.items()
    }


def test_every_kind_of_answer_has_its_headers(union: SmallUnion) -> None:
    found, expected = compared(union), json.loads(EXPECTED.read_text())
    assert found.keys() == expected.keys()
    for what, headers in expected.items():
        assert found[what] == headers, what


@pytest.mark.parametrize("what", ["phone: joined", "desk: signed in"])
def test_a_cookie_goes_to_this_host_only_and_no_script_reads_it(what: str) -> None:
    cookie = json.loads(EXPECTED.read_text())[what]["set-cookie"]
    assert cookie.startswith("__Host-rounds")
    said = "; HttpOnly; Max-Age=2592000; Path=/; SameSite=strict; Secure"
    assert cookie.partition("…")[2] == said


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        said = compared(make_small_union(Path(folder) / "rounds.db"))
    EXPECTED.write_text(json.dumps(said, indent=1, ensure_ascii=False) + "\n")
