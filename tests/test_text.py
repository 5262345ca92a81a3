"""The phone's two catalogues: the same keys and blanks, nothing missing, nothing left over."""

import json
import re
from pathlib import Path

import pytest

PWA = Path(__file__).parent.parent / "pwa"
CATALOGUES = {path.stem: json.loads(path.read_text()) for path in (PWA / "text").glob("*.json")}
ROOMS = ("pwa", "server")
# A mark without the no-break space French puts before it, or after «.
LOOSE = re.compile(r"[^\u00a0][?!;»]|«[^\u00a0]|[^\u00a0]:(?=\s|$)")
BLANK = re.compile(r"\{(\w+)\}")
# A key stands between quotes somewhere inside t(…), or is built there: t(`result_${result}`).
CALL = re.compile(r"\bt\(\s*((?:[^()]|\([^()]*\))*)\)")
LITERAL = re.compile(r'"([a-z][a-z0-9_]*)"')
BUILT = re.compile(r"`([a-z0-9_]*)\$\{[^}]*\}([a-z0-9_]*)`")


def sources() -> str:
    own = (path for path in PWA.rglob("*.js") if "vendor" not in path.parts)
    return "\n".join(path.read_text() for path in own)


def called(source: str) -> str:
    return "\n".join(CALL.findall(source))


def asked_for(source: str) -> set[str]:
    """Keys written out in a call of t(…)."""
    return {key for call in CALL.findall(source) for key in LITERAL.findall(first(call))}


def first(call: str) -> str:
    """The key's own part of a call: what stands before the values."""
    return re.split(r",\s*\{", call)[0]


def built(source: str) -> list[re.Pattern[str]]:
    """What keys put together in a call of t(…) look like."""
    found = BUILT.findall(called(source))
    return [re.compile(f"{start}[a-z0-9_]+{end}") for start, end in found if start or end]


def values(text: str | dict[str, str]) -> list[str]:
    return [text] if isinstance(text, str) else list(text.values())


def test_english_and_french_have_the_same_keys():
    assert CATALOGUES["en"].keys() == CATALOGUES["fr"].keys()


@pytest.mark.parametrize("key", CATALOGUES["en"])
def test_both_languages_fill_in_the_same_blanks(key):
    blanks = [{frozenset(BLANK.findall(v)) for v in values(c[key])} for c in CATALOGUES.values()]
    assert blanks[0] == blanks[1]
    assert len(blanks[0]) == 1


def test_every_key_a_screen_asks_for_is_there():
    keys = CATALOGUES["en"].keys()
    assert asked_for(sources()) - keys == set()
    assert [one.pattern for one in built(sources()) if not any(map(one.fullmatch, keys))] == []


def test_no_key_is_left_over():
    source = sources()
    words = set(LITERAL.findall(source)) | set(re.findall(r"\b(\w+):", source))
    made = built(source)
    left = CATALOGUES["en"].keys() - words
    assert {key for key in left if not any(one.fullmatch(key) for one in made)} == set()


def french(said: object, is_french: bool = False) -> list[str]:
    """Every French sentence in a catalogue, or under "fr" in what JSON said."""
    if isinstance(said, str):
        return [said] if is_french else []
    if isinstance(said, list):
        return [text for one in said for text in french(one, is_french)]
    if not isinstance(said, dict):
        return []
    return [text for key, one in said.items() for text in french(one, is_french or key == "fr")]


def test_the_french_never_breaks_a_line_before_its_punctuation():
    root = PWA.parent
    said = [french(json.loads((root / room / "text/fr.json").read_text()), True) for room in ROOMS]
    said += [french(json.loads(path.read_text())) for path in (root / "sync").glob("*.json")]
    said += [french(json.loads(path.read_text())) for path in (root / "sync/kinds").glob("*.json")]
    assert [text for texts in said for text in texts if LOOSE.search(text)] == []


@pytest.mark.parametrize(
    ("source", "keys"),
    [
        ('t("save")', {"save"}),
        ('t(isOn ? "sending" : "send_now")', {"sending", "send_now"}),
        ('t("kept_here", { n: count ? "x" : 2 })', {"kept_here"}),
        ('html(put("save"))', set()),
    ],
)
def test_a_key_is_found_where_it_is_asked_for(source, keys):
    assert asked_for(source) == keys
