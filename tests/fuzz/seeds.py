"""What each target reads when all is well: where the fuzzer begins."""

import gzip
import io
import json
import tempfile
from pathlib import Path

from server.access.invitations import _signer
from server.backups.archive import DATABASE, KEYS, SECRET, write_archive
from sync.envelope import to_seal
from tests.fuzz.targets import HEADER, SEAL
from tests.small_union import QUESTIONS
from tests.soft_passkey import SoftPasskey

WHOLE = (Path(__file__).parents[1] / "whole_questionnaire.json").read_text()
SAVE = {
    "id": "save-1",
    "device": "device-1",
    "n": 1,
    "at": 1_790_000_000_000,
    "at_error_ms": 5,
    "schema": 2,
    "changes": [
        {
            "kind": "conversation",
            "record": "talk-1",
            "set": {"person": "minh", "when": 1_790_000_000_000, "answers/platform": "yes"},
            "saw": {"person": ["a:0"]},
        },
        {"kind": "person", "record": "minh", "set": {"phone": "587 555-0142", "signed": True}},
        {"kind": "follow_up", "record": "f", "set": {"due": "2026-12-01", "text": "Parking"}},
        {"kind": "ruling", "record": "save-0", "set": {"counts": False}},
        {"kind": "alias", "record": "b", "set": {"one": "a", "other": "b"}},
    ],
}
ENVELOPE = {"header": {"id": "a", "device": "d", "n": 1, "key": "k"}, "sealed": "AAAA"}
CURSOR = {"epoch": "e", "seq": 3, "id": "save-1", "from": 1}
UP = {"protocol": 2, "cursor": CURSOR, "sent_at": 1, "envelopes": [ENVELOPE]}
LIST = 'number;nom;lieu de travail;quart\n7;Zoé;Dépôt;nuit\n8;"A\n;b";;\n'
CHALLENGE = "Y2hhbGxlbmdl"


def seeds() -> dict[str, list[bytes]]:
    """Return target -> what it reads when all is well."""
    text = json.dumps(SAVE)
    up = json.dumps(UP).encode()
    inner = to_seal(HEADER, text, SEAL)
    packed = inner[:1] + inner[33:]
    passkey = SoftPasskey()
    made = passkey.make({"user": {"id": "ZGFyYQ"}, "challenge": CHALLENGE})
    used = passkey.sign({"challenge": CHALLENGE})
    return {
        "body": [up, gzip.compress(up, mtime=0)],
        "envelope": [inner],
        "sealed_text": [packed, b"\0" + text.encode()],
        "save": [text.encode()],
        "questions": [QUESTIONS.encode(), WHOLE.encode()],
        "member_list": [LIST.encode(), LIST.replace(";", ",").encode("utf-8-sig")],
        "carried_file": [json.dumps({"rounds": 1, "envelopes": [ENVELOPE]}).encode()],
        "backup": [_backup()],
        "keys": [json.dumps([{"id": "a", "private": "A" * 43, "made_at": 1}]).encode()],
        "token": [str(_signer("secret").dumps("token")).encode()],
        "cursor": [json.dumps(CURSOR).encode()],
        "passkey_made": [json.dumps(made).encode()],
        "passkey_used": [json.dumps({**used, "id": "cGFzc2tleQ"}).encode()],
        "way_back": [b"/desk/people?q=a%20b#c", b"http://here:8000/desk/review"],
    }


def _backup() -> bytes:
    stream = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder:
        for name in (DATABASE, KEYS, SECRET):
            (Path(folder) / name).write_bytes(name.encode())
        write_archive(stream, Path(folder), 1, 1, "save-1")
    return stream.getvalue()
