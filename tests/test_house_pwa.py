"""What the phone app may import and touch, file by file: DESIGN.md section 9, as a table."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.modules import imports, without_comments

PWA = Path(__file__).parent.parent / "pwa"

# What JavaScript may say only in some files of pwa/: pattern, files (a folder ends in /).
A_GLOBAL = r"(?:(?<![\w$.-])|\b(?:window|globalThis|self)\.)"
DEEDS = {
    "makes markup or code of text": (
        r"\b(inner|outer)HTML\b|\binsertAdjacentHTML\b|\bunsafeHTML\b|\beval\s*\(|\bnew Function\b",
        (),
    ),
    "touches the DOM": (A_GLOBAL + r"document\b", ("screens/", "main.js")),
    "touches IndexedDB": (r"\bindexedDB\b", ("store/",)),
    "talks to the network": (
        A_GLOBAL + r"(fetch\s*\(|XMLHttpRequest\b|WebSocket\b|EventSource\b)|\bsendBeacon\b",
        ("exchange.js", "service-worker.js", "main.js"),
    ),
}


def test_the_phone_app_imports_only_itself_by_relative_paths():
    assert [*pwa_faults(imports_from_outside)] == []


@pytest.mark.parametrize("deed", DEEDS)
def test_in_the_phone_app_only_the_named_files(deed):
    assert [*pwa_faults(lambda name, source: does(deed, name, source))] == []


def pwa_faults(judge) -> Iterator[str]:
    for path in sorted(PWA.rglob("*.js")):
        name = path.relative_to(PWA).as_posix()
        if not name.startswith("vendor/"):
            yield from (f"{name}: {fault}" for fault in judge(name, path.read_text()))


def imports_from_outside(name, source):
    for target in imports(source):
        inside = (PWA / name).parent.joinpath(target).resolve().is_relative_to(PWA)
        if not target.startswith(("./", "../")) or not inside:
            yield target


def does(deed, name, source):
    pattern, files = DEEDS[deed]
    if name in files or name.startswith(tuple(f for f in files if f.endswith("/"))):
        return []
    return [match[0] for match in re.finditer(pattern, without_comments(source))]


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("main.js", 'import { a } from "/a.js"'),
        ("main.js", 'import { a } from "lit-html"'),
        ("store/a.js", 'import("../../server/static/a.js")'),
    ],
)
def test_an_import_from_outside_is_noticed(name, line):
    assert [*imports_from_outside(name, line)]


@pytest.mark.parametrize(
    ("deed", "name", "line"),
    [
        ("touches the DOM", "sync/merge.js", "window.document.title"),
        ("touches IndexedDB", "main.js", 'indexedDB.open("rounds")'),
        ("talks to the network", "screens/list.js", "await fetch(url)"),
        ("talks to the network", "sync/exchange.js", "await fetch(url)"),
        ("makes markup or code of text", "main.js", "a.innerHTML = b"),
    ],
)
def test_a_deed_in_the_wrong_file_is_noticed(deed, name, line):
    assert does(deed, name, line)


@pytest.mark.parametrize("deed", DEEDS)
def test_a_comment_is_no_deed(deed):
    source = '/** import("../a.js") document.title indexedDB fetch(url) a.innerHTML */ // eval(a)'
    assert does(deed, "sync/merge.js", source) == []
    assert [*imports_from_outside("sync/merge.js", source)] == []
