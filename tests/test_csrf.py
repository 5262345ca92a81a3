"""Another website in the same browser: nothing it causes changes or reads anything.

It stands on another port of the same machine, which is the hardest case: browsers call that the
same site and send along the cookies that SameSite=Strict keeps from all others.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Response, expect
from starlette.datastructures import Headers

from server.security import is_from_elsewhere
from tests.journeys import sign_in
from tests.small_union import SmallUnion
from tests.standing_server import StandingServer
from tests.static_server import serve_folder

SAME = {"sec-fetch-site": "same-origin"}
LINK = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}


@pytest.mark.parametrize(
    ("method", "headers", "is_refused"),
    [
        ("POST", SAME, False),
        ("POST", {}, False),
        ("POST", {"origin": "http://here:1", "host": "here:1"}, False),
        ("POST", {"origin": "http://here:2", "host": "here:1"}, True),
        ("POST", {"origin": "null", "host": "here:1"}, True),
        ("POST", {"origin": "http://[", "host": "here:1"}, True),
        ("POST", LINK, True),
        ("POST", {"sec-fetch-site": "same-site"}, True),
        ("POST", {**SAME, "origin": "http://elsewhere"}, False),
        ("GET", LINK, False),
        ("GET", {}, False),
        ("GET", {"sec-fetch-site": "none"}, False),
        ("GET", {**LINK, "sec-fetch-dest": "iframe"}, True),
        ("GET", {**LINK, "sec-fetch-dest": "object"}, True),
        ("GET", {"sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors"}, True),
        ("GET", {"sec-fetch-site": "cross-site", "sec-fetch-mode": "cors"}, True),
        ("HEAD", {"sec-fetch-site": "cross-site", "sec-fetch-mode": "cors"}, True),
    ],
)
def test_only_our_own_pages_and_links_to_them_are_served(method, headers, is_refused):
    assert is_from_elsewhere(method, Headers(headers)) is is_refused


@contextmanager
def elsewhere(folder: Path) -> Iterator[str]:
    """A website of somebody else's."""
    folder.mkdir()
    (folder / "index.html").write_text("<!doctype html><title>Elsewhere</title>")
    with serve_folder(folder) as url:
        yield url


@pytest.fixture
def desk(browser: Browser, server: StandingServer, union: SmallUnion) -> Iterator[Page]:
    """A desk that is signed in, in a browser that then goes elsewhere."""
    context = browser.new_context()
    yield sign_in(context, server, union, "dara")
    context.close()


def test_another_origin_changes_and_reads_nothing(
    desk: Page, server: StandingServer, union: SmallUnion, tmp_path: Path
) -> None:
    before = union.read("SELECT id, revoked_at FROM device ORDER BY id")
    answers: list[Response] = []
    desk.on("response", lambda answer: answers.append(answer))
    with elsewhere(tmp_path / "site") as url:
        desk.goto(f"{url}/index.html")
        answers.clear()
        target = f"{server.url}/desk"

        # A fetch with cookies, one that needs no leave, an image, a script, a frame, a worker's.
        read = desk.evaluate(
            """async (url) => {
                const tries = [
                    [`${url}/people`, {credentials: "include"}],
                    [`${url}/people`, {credentials: "include", mode: "no-cors"}],
                    [`${url}/sign-out`, {credentials: "include", mode: "no-cors", method: "POST"}],
                    [`${url}/me/end-all`, {credentials: "include", mode: "no-cors",
                        method: "POST", body: new URLSearchParams({phones: "yes"})}],
                ]
                const said = []
                for (const [address, options] of tries)
                    said.push(await fetch(address, options).then((a) => a.type, () => "error"))
                const load = (name, put) => new Promise((resolve) => {
                    const element = document.createElement(name)
                    element.onload = () => resolve("loaded")
                    element.onerror = () => resolve("error")
                    put(element)
                    document.body.append(element)
                })
                said.push(await load("img", (e) => { e.src = `${url}/people` }))
                said.push(await load("script", (e) => { e.src = `${url}/static/join.js` }))
                await load("iframe", (e) => { e.src = `${url}/people` })
                return said
            }""",
            target,
        )
        assert read == ["error"] * 6
        # The frame's is the only answer that a browser shows anybody.
        seen = [answer.status for answer in answers if answer.url.startswith(server.url)]
        assert seen == [403]
        assert desk.frames[-1].locator("text=Minh").count() == 0

        # A form that sends itself.
        desk.evaluate(
            """(url) => {
                const form = document.createElement("form")
                form.method = "post"
                form.action = `${url}/sign-out`
                document.body.append(form)
                form.submit()
            }""",
            target,
        )
        desk.wait_for_url(f"{target}/sign-out")
        expect(desk.locator("body")).to_contain_text("This came from another website.")
        assert union.read("SELECT id, revoked_at FROM device ORDER BY id") == before

        # Somebody may follow a link: the page opens, and nothing is changed by that.
        desk.goto(f"{url}/index.html")
        desk.evaluate("(url) => { location.href = url }", f"{target}/people")
        desk.wait_for_url(f"{target}/people")
        expect(desk.get_by_role("link", name="Minh Trần")).to_be_visible()
        assert desk.evaluate("opener") is None
