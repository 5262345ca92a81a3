"""Read what JavaScript modules import, from their text as it is written."""

import re

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


class UnreadableImport(Exception):
    """A module imports something this page of regular expressions cannot name."""


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
