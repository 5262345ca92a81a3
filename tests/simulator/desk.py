"""A coordinator's session at the desk, over the real routes."""

from typing import TYPE_CHECKING
from urllib.parse import urlencode

import msgspec

from server.access.invitations import invite
from server.config import secret_beside
from sync.save import Change
from tests.simulator.asgi import Reply
from tests.simulator.virtual import DAY_MS

if TYPE_CHECKING:
    from tests.simulator.world import World

FORM = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"}


class Desk:
    """One coordinator's browser; signs in again by itself."""

    def __init__(self, world: "World", volunteer: str) -> None:
        self.world = world
        self.volunteer = volunteer
        self.cookie = ""
        self.device = ""

    def save(self, changes: list[Change]) -> bool:
        """Save changes from this desk; False when the server died of it."""
        if not self._signed_in():
            return False
        return self.world.save_at_desk(self.device, changes) is not None

    def post(self, path: str, form: list[tuple[str, str]]) -> bool:
        """Send a form; whether the desk took it."""
        reply = self._ask("POST", path, FORM, urlencode(form).encode())
        return reply is not None and reply.status == 303

    def get(self, path: str) -> Reply | None:
        """Look at a page."""
        return self._ask("GET", path, {}, b"")

    def _ask(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Reply | None:
        if not self._signed_in():
            return None
        asked = (method, path, {**headers, "cookie": self.cookie}, body)
        reply = self.world.ask_server(asked)
        if reply is not None and reply.headers.get("location") == "/desk/join":
            self.cookie = ""
        return reply

    def _signed_in(self) -> bool:
        if self.cookie and self.world.is_device(self.device):
            return True
        world = self.world
        secret = secret_beside(world.server.db)
        now = world.virtual.now
        token = world.server_does(
            lambda db: invite(db, secret, self.volunteer, "desk", now, DAY_MS)
        )
        if token is None:
            return False
        headers = {"content-type": "application/json"}
        body = msgspec.json.encode({"token": token})
        reply = world.ask_server(("POST", "/desk/join", headers, body))
        if reply is None or reply.status != 200:
            return False
        self.cookie = reply.headers["set-cookie"].partition(";")[0]
        self.device = msgspec.json.decode(reply.body)["device"]
        return True
