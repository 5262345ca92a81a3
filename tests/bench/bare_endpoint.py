"""The raw limit of the web: an endpoint that unpacks and reads JSON, answers, and keeps nothing.

Run by uvicorn as the product is. `python -m tests.bench.bare_endpoint PORT`
"""

import sys
import zlib
from typing import Any

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


async def sync(request: Request) -> Response:
    """Answer every envelope with a receipt, from its header alone."""
    body = zlib.decompress(await request.body(), wbits=zlib.MAX_WBITS | 16)
    up: dict[str, Any] = msgspec.json.decode(body)
    down = {
        "receipts": [{"save": e["header"]["id"], "verdict": "taken"} for e in up["envelopes"]],
        "records": [],
        "forget": [],
        "cursor": up["cursor"],
        "more": False,
    }
    return Response(msgspec.json.encode(down), media_type="application/json")


app = Starlette(routes=[Route("/sync", sync, methods=["POST"])])

if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), access_log=False, log_level="warning")
