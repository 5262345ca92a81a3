"""Read which JavaScript modules the phone app loads, from its files as they are written."""

import re
from collections.abc import Iterator
from pathlib import Path

# Strings and templates are kept whole, so that "https://…" is not taken for a comment.
TOKEN = re.compile(
    r"""(?P<text> "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*' | `(?:\\.|[^`\\])*` )
      | (?P<comment> //[^\n]* | /\*.*?\*/ )
      | (?P<pattern> (?<=[=(,:!&|?{};\[\n]) [ ]* /(?![/*])
                     (?:\\. | \[[^\]\n]*\] | [^/\\\n\[])+ / )""",
    re.VERBOSE | re.DOTALL,
)
STATIC_IMPORT = re.compile(
    r"""(?:^|;)\s*(?:import|export)\b(?:[\s\w$*,{}]*?\bfrom)?\s*(["'])(.*?)\1""", re.MULTILINE
)
DYNAMIC_IMPORT = re.compile(r"""\bimport\s*\(\s*(?:(["'`])([^"'`$]*?)\1\s*[,)])?""")
WORKER_FILE = re.compile(r"""\bnew\s+URL\(\s*(["'])([^"']+\.js)\1\s*,\s*import\.meta\.url""")
SCRIPT_TAG = re.compile(r"""<script\b[^>]*\bsrc\s*=\s*["']?([^"'\s>]+)""")
COMMENT_TAG = re.compile(r"<!--.*?-->", re.DOTALL)


class UnreadableImport(Exception):
    """A module imports something this page of regular expressions cannot name."""


def module_graph(pwa_dir: Path) -> list[Path]:
    """Return every JavaScript file index.html loads, now or on demand, and the service worker.

    In the order of first mention. Raises UnreadableImport for an import that is computed, and
    FileNotFoundError for one that leads nowhere: both would make the list a guess.
    """
    pwa = pwa_dir.resolve()
    waiting = [*entries(pwa)]
    graph: list[Path] = []
    while waiting:
        module = waiting.pop(0)
        if module not in graph:
            graph.append(module)
            waiting += [resolve(name, module, pwa) for name in imports(module.read_text())]
    return graph


def entries(pwa: Path) -> Iterator[Path]:
    """Yield what the browser starts from: the page's scripts and the service worker."""
    index = pwa / "index.html"
    page = COMMENT_TAG.sub("", index.read_text()) if index.exists() else ""
    for src in SCRIPT_TAG.findall(page):
        yield resolve(src if src.startswith((".", "/")) else f"./{src}", index, pwa)
    if (worker := pwa / "service-worker.js").exists():
        yield worker


def resolve(name: str, importer: Path, pwa: Path) -> Path:
    """Return the file a module name means; in Rounds a path in a URL is a path in pwa/."""
    if not name.startswith(("./", "../", "/")):
        raise UnreadableImport(f"{importer.name} imports “{name}”, which is not a path")
    base = pwa if name.startswith("/") else importer.parent
    return (base / name.split("?")[0].lstrip("/")).resolve(strict=True)


def imports(source: str) -> list[str]:
    """Return the names a module imports: static, dynamic and workers. Raises UnreadableImport."""
    code = without_comments(source)
    dynamic = [match[2] for match in DYNAMIC_IMPORT.finditer(code)]
    if None in dynamic:
        raise UnreadableImport("import(…) needs its path written out, so that tools can follow it")
    static = [match[2] for match in STATIC_IMPORT.finditer(code)]
    return [*static, *dynamic, *(match[2] for match in WORKER_FILE.finditer(code))]


def without_comments(source: str) -> str:
    """Return JavaScript with every comment made blank, lines kept."""
    return TOKEN.sub(lambda m: re.sub(r"[^\n]", " ", m[0]) if m["comment"] else m[0], source)
