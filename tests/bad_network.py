"""What lies between a phone and the server in a hospital basement: a proxy that misbehaves.

It stands in for the network, never for our code: phone and server behind it are the real ones.
"""

import gzip
import http.client
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"}


@dataclass
class Asked:
    """One request on its way to the server."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as data, unpacked."""
        is_packed = self.headers.get("content-encoding") == "gzip"
        return json.loads(gzip.decompress(self.body) if is_packed else self.body)

    @property
    def saves(self) -> list[str]:
        """The ids of the saves an exchange carries."""
        return [envelope["header"]["id"] for envelope in self.json["envelopes"]]


@dataclass
class Reply:
    """What the phone gets; `sent` is how much of the body arrives before the line breaks."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    sent: float = 1.0


Forward = Callable[[], Reply]
Trouble = Callable[[Asked, Forward], Reply | None]


class BadNetwork:
    """Passes everything on until it is given a trouble; None from a trouble cuts the line."""

    def __init__(self, target: str) -> None:
        self.target = urlsplit(target)
        self.trouble: Trouble | None = None
        self.asked: list[Asked] = []
        self.under_way = self.most_under_way = 0

    def exchanges(self) -> list[Asked]:
        """Return the exchanges that were tried, oldest first."""
        return [asked for asked in self.asked if asked.path == "/sync"]

    def carry(self, asked: Asked) -> Reply | None:
        """Return what becomes of a request."""
        self.asked.append(asked)
        if self.trouble is None:
            return self.forward(asked)
        return self.trouble(asked, lambda: self.forward(asked))

    def forward(self, asked: Asked) -> Reply | None:
        """Return the server's reply; None when the server is gone."""
        connection = http.client.HTTPConnection(str(self.target.hostname), self.target.port)
        try:
            connection.request(asked.method, asked.path, asked.body or None, asked.headers)
            reply = connection.getresponse()
            headers = {name.lower(): value for name, value in reply.getheaders()}
            return Reply(reply.status, headers, reply.read())
        except (ConnectionError, http.client.HTTPException):
            return None
        finally:
            connection.close()


@contextmanager
def bad_network(target: str) -> Iterator[tuple[BadNetwork, str]]:
    """Stand between a server and whoever uses the address this gives."""
    network = BadNetwork(target)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, self.path, headers, self.rfile.read(length))
            network.under_way += asked.path == "/sync"
            network.most_under_way = max(network.most_under_way, network.under_way)
            reply = network.carry(asked)
            network.under_way -= asked.path == "/sync"
            self.close_connection = True
            if reply is None:
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self.send_response_only(reply.status)
            for name, value in reply.headers.items():
                if name not in HOP_BY_HOP:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(reply.body[: int(len(reply.body) * reply.sent)])

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    proxy = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    proxy.daemon_threads = True
    proxy.handle_error = lambda *_: None  # type: ignore[method-assign]  # a browser that hangs up
    thread = threading.Thread(target=proxy.serve_forever)
    thread.start()
    yield network, f"http://127.0.0.1:{proxy.server_port}"
    proxy.shutdown()
    thread.join()
    proxy.server_close()


def on_sync(trouble: Trouble) -> Trouble:
    """Return a trouble that only exchanges have."""
    return lambda asked, forward: trouble(asked, forward) if asked.path == "/sync" else forward()


def once(trouble: Trouble) -> Trouble:
    """Return a trouble that only the next exchange has."""
    left = [trouble]
    return on_sync(lambda asked, forward: left.pop()(asked, forward) if left else forward())


def loses_the_reply(asked: Asked, forward: Forward) -> Reply | None:
    """The server hears and answers; the phone never hears the answer."""
    forward()
    return None


def cuts_the_reply(asked: Asked, forward: Forward) -> Reply | None:
    """Half of the reply arrives."""
    reply = forward()
    reply.sent = 0.5
    return reply


def says(status: int, body: object = None, **headers: str) -> Trouble:
    """Return a trouble that answers in the server's place."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    text = body if isinstance(body, str) else json.dumps(body or {"problem": "busy"})
    return lambda asked, forward: Reply(status, given, text.encode())
