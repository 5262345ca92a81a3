"""docs/openapi.json is true, and Schemathesis breaks nothing that it describes.

`ROUNDS_API_EXAMPLES=5000` asks that often for each route, as `make soak` does.
"""

import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.testclient import TestClient

from server.access.pace import RATES, Pace, Rate
from server.app import create_app
from server.config import Settings
from server.pages import passkeys
from server.routes import join, sync
from tests.small_union import make_small_union
from tools.openapi import FILE, OPERATIONS, document

EXAMPLES = int(os.environ.get("ROUNDS_API_EXAMPLES", "10"))
CHECKS = [
    *(not_a_server_error, status_code_conformance, content_type_conformance),
    response_schema_conformance,
]
URL = "http://localhost:8000"
SCHEMA = schemathesis.openapi.from_dict(document())


def test_the_description_is_as_the_code_is():
    assert json.loads(FILE.read_text()) == document(), "python -m tools.openapi writes it anew"


def test_every_route_that_reads_json_is_described():
    there = {
        (method.lower(), route.path)
        for route in (*sync.ROUTES, *join.ROUTES, *passkeys.ROUTES)
        for method in route.methods or ()
    }
    assert there <= {(one.method, one.path) for one in OPERATIONS}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A browser that is a phone of Ana's and a desk of Dara's."""
    union = make_small_union(tmp_path_factory.mktemp("api") / "rounds.db")
    app = create_app(Settings(db=union.db, url=URL))
    with TestClient(app, base_url=URL, raise_server_exceptions=False) as client:
        client.post("/join", json={"token": union.link_token("ana")})
        client.post("/desk/join", json={"token": union.link_token("dara", "desk")})
        app.state.pace = Pace(dict.fromkeys(RATES, Rate(10**9, 1)))
        yield client


@pytest.mark.parametrize("one", OPERATIONS, ids=lambda one: f"{one.method} {one.path}")
def test_no_request_breaks_the_server(client: TestClient, one: Any) -> None:
    operation = SCHEMA[one.path][one.method]
    # What fits the description, and what is wrong in one place.
    modes = [GenerationMode.POSITIVE, *([GenerationMode.NEGATIVE] if one.reads else [])]
    cases = st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in modes))

    @seed(1)
    @settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=[*HealthCheck],
    )
    @given(case=cases)
    def ask(case: Any) -> None:
        asked = case.as_transport_kwargs(base_url=URL)
        body = {name: asked[name] for name in ("json",) if name in asked}
        if asked.get("data") is not None:
            body["content"] = asked["data"]
        answer = client.request(
            asked["method"],
            asked["url"],
            params=asked.get("params"),
            headers=dict(asked.get("headers") or {}),
            **body,
        )
        case.validate_response(answer, checks=CHECKS)

    ask()
