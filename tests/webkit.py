"""WebKitGTK, driven by plain WebDriver calls: Playwright has no driver for Debian's."""

import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tools.find_engines import mini_browser_path, path_of

BETWEEN_LOOKS_S = 0.05
LONGEST_S = 20
# It runs as root in continuous integration, where its own sandbox cannot, and without a graphics
# card.
ENVIRONMENT = {
    "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1",
    "WEBKIT_DISABLE_COMPOSITING_MODE": "1",
    "LIBGL_ALWAYS_SOFTWARE": "1",
}
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


class WebKit:
    """One window of the browser, in the words of the WebDriver standard."""

    def __init__(self, driver: str) -> None:
        options = {"binary": mini_browser_path(), "args": ["--automation"]}
        wanted = {"alwaysMatch": {"webkitgtk:browserOptions": options}}
        made = _call("POST", f"{driver}/session", {"capabilities": wanted})
        self.version: str = made["capabilities"]["browserVersion"]
        self._session = f"{driver}/session/{made['sessionId']}"

    def goto(self, url: str) -> None:
        """Open an address."""
        _call("POST", f"{self._session}/url", {"url": url})

    def reload(self) -> None:
        """Load the page anew."""
        _call("POST", f"{self._session}/refresh", {})

    def run(self, script: str, *given: Any) -> Any:
        """Return what a script returns."""
        return _call("POST", f"{self._session}/execute/sync", {"script": script, "args": given})

    def tap(self, xpath: str) -> None:
        """Tap what an XPath finds, once it is there."""
        _call("POST", f"{self._session}/element/{self._found(xpath)}/click", {})

    def write(self, xpath: str, words: str) -> None:
        """Type into a field."""
        _call("POST", f"{self._session}/element/{self._found(xpath)}/value", {"text": words})

    def wait(self, xpath: str) -> None:
        """Return once an XPath finds something that shows. Raises TimeoutError with the page."""
        self._found(xpath)

    def end(self) -> None:
        """Close the window."""
        _call("DELETE", self._session)

    def _found(self, xpath: str) -> str:
        end = time.monotonic() + LONGEST_S
        asked = {"using": "xpath", "value": xpath}
        while time.monotonic() < end:
            for one in _call("POST", f"{self._session}/elements", asked):
                if _call("GET", f"{self._session}/element/{one[ELEMENT]}/displayed"):
                    return str(one[ELEMENT])
            time.sleep(BETWEEN_LOOKS_S)
        raise TimeoutError(f"{xpath} in: {self.run('return document.body.innerText')}")


@contextmanager
def webkit(folder: Path) -> Iterator[WebKit]:
    """Run WebKitGTK under a screen and a message bus of its own, with its files in a folder."""
    port = _free_port()
    around = [path_of("xvfb-run"), "-a", path_of("dbus-run-session"), "--"]
    homes = {f"XDG_{name}_HOME": str(folder / name) for name in ("DATA", "CACHE", "CONFIG")}
    with (folder / "webkit.log").open("wb") as log:
        process = subprocess.Popen(
            [*around, path_of("WebKitWebDriver"), f"--port={port}"],
            env={**os.environ, **ENVIRONMENT, **homes},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        driver = f"http://127.0.0.1:{port}"
        _wait_for(driver)
        browser = WebKit(driver)
        yield browser
        browser.end()
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def _wait_for(driver: str) -> None:
    end = time.monotonic() + LONGEST_S
    while time.monotonic() < end:
        with suppress(urllib.error.URLError, ConnectionError):
            return _call("GET", f"{driver}/status")
        time.sleep(BETWEEN_LOOKS_S)
    raise TimeoutError("WebKitGTK's driver does not answer")


def _call(method: str, url: str, body: Any = None) -> Any:
    """Return the value of an answer. Raises RuntimeError with the driver's words."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as reply:
            return json.load(reply)["value"]
    except urllib.error.HTTPError as failed:
        raise RuntimeError(f"{url}: {failed.read().decode()}") from None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
