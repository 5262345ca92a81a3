"""What reads bytes from outside, each as a function that only a bug makes raise.

A target catches the one problem its reader is documented to raise, and asks of what was read that
it can be written, judged and folded.
"""

import hashlib
import hmac
import io
import json
from collections.abc import Callable
from contextlib import suppress

import msgspec
from starlette.requests import Request

from server.access import ceremony
from server.access.invitations import key_of
from server.access.keys import BadKeys, read_keys
from server.access.passkeys import NewPasskey, UsedPasskey
from server.backups.archive import BadBackup, read_archive
from server.config import RelyingParty
from server.imports.reading import BadFile as BadList
from server.imports.reading import read_list
from server.pages.frame import came_from, own_path
from server.pages.upload import BadFile, read_file
from server.problems import Problem
from server.routes.body import unpacked
from server.routes.sync import read_up
from sync.envelope import AS_IT_IS, DEFLATED, Envelope, Header, info_of, open_envelope
from sync.kinds import load_kinds
from sync.lift import lift
from sync.merge import merge
from sync.question import are_questions
from sync.questionnaire import effects, elsewhere, in_words, kept, read_questions, together
from sync.save import BadSave, Save, Stamped, read_save, write_save
from sync.values import flaw
from tests.fuzz.places import Folder

Target = Callable[[bytes], None]
KINDS = load_kinds()
SEAL = b"s" * 32
HEADER = Header("save-1", "device-1", 1, "key-1")
PARTY = RelyingParty("localhost", "http://localhost:8000", "Rounds")
FOLDER = Folder()


class Gives:
    """Opens every envelope to the same bytes, as a key would that an attacker sealed to."""

    def __init__(self, inner: bytes) -> None:
        self.inner = inner

    def unsealed(self, envelope: Envelope) -> bytes | None:
        """Return them."""
        return self.inner


def body(data: bytes) -> None:
    """A request's body, gzip or not, up to what `/sync` understands."""
    for encoding in (b"gzip", b"identity"):
        scope = {"type": "http", "headers": [(b"content-encoding", encoding)]}
        with suppress(Problem):
            read_up(unpacked(Request(scope), data))


def envelope(data: bytes) -> None:
    """What HPKE gave: flag, mac and data, by a device that is known and by one that is not."""
    found = Envelope(HEADER, sealed="x")
    open_envelope(found, Gives(data), None)
    open_envelope(found, Gives(data), SEAL)


def sealed_text(data: bytes) -> None:
    """A text that its device really sealed, packed or not."""
    flag = bytes([data[0] % 2 if data else AS_IT_IS])
    mac = hmac.digest(SEAL, info_of(HEADER) + flag + data[1:], hashlib.sha256)
    assert flag[0] in (AS_IT_IS, DEFLATED)
    inside = open_envelope(Envelope(HEADER, sealed="x"), Gives(flag + mac + data[1:]), SEAL)
    assert inside.reason != "bad_seal" or not data[1:]


def save(data: bytes) -> None:
    """A save: read, written again, lifted, each value judged, and folded."""
    try:
        found = read_save(data.decode("utf-8", "backslashreplace"))
    except BadSave:
        return
    assert read_save(write_save(found)) == found
    lifted = lift(found)
    _judge(lifted)
    merge([Stamped(lifted, 1, "ana", 1, "taken"), Stamped(found, 2, "dara", 3, "held")], KINDS)


def _judge(found: Save) -> None:
    for change in found.changes:
        kind = KINDS.get(change.kind)
        for register, value in change.set.items():
            field = kind.field_of(register) if kind else None
            if field is not None:
                flaw(field, value)


def questions(data: bytes) -> None:
    """Questions, and answers to them."""
    text = data.decode("utf-8", "replace")
    if not are_questions(text):
        return
    found = together([read_questions(text)] * 2)
    answers = {question["key"]: "yes" for question in found}
    elsewhere(effects(found, answers, "fr"))
    kept(found, answers)
    for question in found:
        in_words(question, "yes", "fr", {"yes": "oui"})


def member_list(data: bytes) -> None:
    """A membership list in CSV."""
    with suppress(BadList):
        read_list(data, KINDS["person"])


def carried_file(data: bytes) -> None:
    """A file of envelopes that somebody brings to the desk."""
    with suppress(BadFile):
        read_file(data)


def backup(data: bytes) -> None:
    """A backup's archive."""
    with suppress(BadBackup):
        read_archive(io.BytesIO(data))


def keys(data: bytes) -> None:
    """A file of keys that somebody puts back."""
    with suppress(BadKeys):
        read_keys(FOLDER.file(data))


def token(data: bytes) -> None:
    """An invitation's token."""
    with suppress(Problem):
        key_of("secret", data.decode("utf-8", "surrogateescape"))


def cursor(data: bytes) -> None:
    """A cursor, handed back changed, in a pull from a real file."""
    text = data.decode("utf-8", "replace")
    up = {"protocol": 2, "envelopes": [], "cursor": None}
    with suppress(Problem, ValueError, RecursionError):
        up["cursor"] = json.loads(text)
    try:
        asked = read_up(json.dumps(up).encode())
    except Problem:
        return
    FOLDER.pull(asked.cursor)


def passkey_made(data: bytes) -> None:
    """What a browser says of a new passkey."""
    with suppress(msgspec.DecodeError, UnicodeDecodeError, Problem, RecursionError):
        found = msgspec.json.decode(data, type=NewPasskey)
        ceremony.made(PARTY, found, ceremony.challenge_in(found))


def passkey_used(data: bytes) -> None:
    """What a browser says when a passkey signed."""
    with suppress(msgspec.DecodeError, UnicodeDecodeError, Problem, RecursionError):
        found = msgspec.json.decode(data, type=UsedPasskey)
        ceremony.signed(PARTY, found, ceremony.challenge_in(found), FOLDER.passkey)


def way_back(data: bytes) -> None:
    """A path to come back to, and the page a form stood on: never anybody else's."""
    text = data.decode("latin-1")
    scope = {"type": "http", "headers": [(b"referer", data)]}
    for found in (own_path(text), came_from(Request(scope))):
        assert found == "/desk" or found.startswith(("/desk/", "/desk?", "/desk#"))
        assert not set(found) & set("\r\n\\")


TARGETS: dict[str, Target] = {
    target.__name__: target
    for target in (
        *(body, envelope, sealed_text, save, questions, member_list, carried_file, backup),
        *(keys, token, cursor, passkey_made, passkey_used, way_back),
    )
}


def every(data: bytes) -> None:
    """All of them: the first byte says which."""
    if data:
        [*TARGETS.values()][data[0] % len(TARGETS)](data[1:])
