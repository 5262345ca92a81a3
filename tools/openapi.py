"""Write docs/openapi.json: the routes that speak JSON, as OpenAPI 3.1, from the types they read.

What an answer means is told in docs/PROTOCOL.md. tests/test_openapi.py keeps the file true.
"""

import json
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from server.pages import passkeys
from server.problems import PROBLEMS
from server.routes import join
from server.routes.turn import Up
from sync.exchange import PROTOCOL

FILE = Path(__file__).parent.parent / "docs" / "openapi.json"
REFERENCE = "#/components/schemas/{name}"
TEXT, MOMENT = {"type": "string"}, {"type": "integer"}
KEY = {"type": "object", "properties": {"id": TEXT, "public": TEXT}, "required": ["id", "public"]}
# Anybody may be told these; 500 is never meant.
ANYWHERE = ("not_json", "not_understood", "too_large", "from_elsewhere", "wrong_method")
ANYWHERE += ("busy", "no_room")
OLD = ("link_unknown", "link_used", "link_expired", "link_withdrawn", "too_often")
LINK = (*OLD, "code_unknown", "code_expired", "code_blocked")
PLACE = ("still_waiting", "declined", "not_waiting")
ROOM = ("link_unknown", "room_closed", "room_full", "name_empty", "too_often")
PASSKEY = ("no_passkeys_here", "passkey_refused", "passkey_late", "passkey_unknown")
SESSION = ("signed_out", "confirm_first")


class Operation(NamedTuple):
    """One route: what it reads, what it answers, and which problems it may tell beside ANYWHERE."""

    method: str
    path: str
    says: str
    reads: type | None
    answers: dict[str, Any]
    problems: tuple[str, ...] = ()


def shape(required: dict[str, Any], **may: Any) -> dict[str, Any]:
    """Return the schema of an object."""
    return {"type": "object", "properties": {**required, **may}, "required": [*required]}


LIST = {"type": "array"}
JOINED = shape(
    {"device": TEXT, "volunteer": TEXT, "name": TEXT, "now": MOMENT}
    | {"roles": {**LIST, "items": TEXT}, "language": TEXT},
    seal=TEXT,
    key=KEY,
)
CURSOR = shape({"epoch": TEXT, "seq": MOMENT, "id": TEXT})
DOWN = shape(
    {"protocol": {"type": "integer", "minimum": 1, "maximum": PROTOCOL}}
    | {"receipts": LIST, "records": LIST, "forget": LIST, "cursor": CURSOR}
    | {"fresh": {"type": "boolean"}, "more": {"type": "boolean"}, "now": MOMENT}
    | {"backed_up_to": MOMENT},
    key=KEY,
    device=shape({"id": TEXT, "seal": TEXT}),
    wipe={"const": True},
    moved=LIST,
)
NEXT = shape({"next": TEXT})
OPERATIONS = (
    Operation(
        "get", "/health", "Whether the server can write", None, shape({"ok": {"const": True}})
    ),
    Operation("get", "/sync/kinds.json", "The kinds of record", None, {"type": "object"}),
    Operation("get", "/sync/standing.json", "What to ask without a campaign", None, {}),
    Operation("get", "/sync/lifts.json", "What was renamed since", None, LIST),
    Operation(
        *("post", "/join", "A link, a code or a place in a room becomes a phone"),
        *(join.Asked, JOINED, (*LINK, *PLACE)),
    ),
    Operation(
        *("post", "/join/code", "A code to type, for an open link"),
        *(join.WithToken, shape({"code": TEXT}), OLD),
    ),
    Operation(
        *("post", "/join/again", "Ask for a new link in place of an old one"),
        *(join.WithToken, shape({"asked": {"const": True}}), ("link_unknown", "too_often")),
    ),
    Operation(
        *("post", "/join/room", "A place in a room, by a name"),
        *(join.Entering, shape({"place": TEXT, "sign": TEXT, "from": TEXT}), ROOM),
    ),
    Operation("post", "/desk/join", "A link or a code signs a desk in", join.Asked, JOINED, LINK),
    Operation("post", "/sync", "Saves up, records down", Up, DOWN, ("not_joined", "too_often")),
    Operation(
        "post",
        "/desk/passkeys/ask",
        "A challenge, with what the browser needs for it",
        passkeys.Asked,
        shape({"challenge": TEXT}),
        (*SESSION, "no_passkeys_here", "too_often"),
    ),
    Operation(
        "post",
        "/desk/passkeys/sign_in",
        "A passkey signs a desk in",
        passkeys.SigningIn,
        NEXT,
        (*PASSKEY, "passkey_copied", "no_desk", "too_often"),
    ),
    Operation(
        "post",
        "/desk/passkeys/confirm",
        "A passkey confirms who sits there",
        passkeys.Confirming,
        NEXT,
        (*PASSKEY, *SESSION, "passkey_copied", "too_often"),
    ),
    Operation(
        "post",
        "/desk/passkeys/add",
        "A new passkey",
        passkeys.Adding,
        NEXT,
        (*PASSKEY, *SESSION, "too_many_passkeys"),
    ),
)


def document() -> dict[str, Any]:
    """Return the whole description."""
    types = [one.reads for one in OPERATIONS if one.reads]
    references, components = msgspec.json.schema_components(types, ref_template=REFERENCE)
    reads = dict(zip(types, references, strict=True))
    paths: dict[str, Any] = {}
    for one in OPERATIONS:
        paths.setdefault(one.path, {})[one.method] = _operation(one, reads)
    components["Problem"] = shape({"problem": TEXT, "title": TEXT, "safe": TEXT, "next": TEXT})
    found = {
        "openapi": "3.1.0",
        "info": {
            "title": "Rounds",
            "version": str(PROTOCOL),
            "description": "The routes that speak JSON. docs/PROTOCOL.md says what it means.",
        },
        "paths": paths,
        "components": {"schemas": components},
    }
    # Python ends a pattern with \\Z, JSON Schema with $.
    described: dict[str, Any] = json.loads(json.dumps(found).replace("\\\\Z", "$"))
    return described


def _operation(one: Operation, reads: dict[type, Any]) -> dict[str, Any]:
    codes = sorted({*one.problems, *ANYWHERE}, key=lambda code: (PROBLEMS[code]["status"], code))
    answers: dict[str, Any] = {"200": _answer("Done", one.answers)}
    for code in codes:
        status = str(PROBLEMS[code]["status"])
        said = f"{answers[status]['description']}, {code}" if status in answers else code
        answers[status] = _answer(said, {"$ref": REFERENCE.format(name="Problem")})
    body = {"required": True, "content": {"application/json": {"schema": reads.get(one.reads)}}}
    return {
        "operationId": f"{one.method} {one.path}",
        "summary": one.says,
        **({"requestBody": body} if one.reads else {}),
        "responses": answers,
    }


def _answer(says: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": says, "content": {"application/json": {"schema": schema}}}


if __name__ == "__main__":
    FILE.write_text(json.dumps(document(), indent=1, ensure_ascii=False) + "\n")
