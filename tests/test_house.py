"""Who may import whom, and which room may touch what: DESIGN.md section 9, as tables.

The phone app has its own page: test_house_pwa.py.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HOUSE = Path(__file__).parent.parent

PACKAGES = {
    "sync": {"sync", "msgspec"},
    "server": {
        "sync",
        "server",
        "brotli",
        "click",
        "cryptography",
        "itsdangerous",
        "jinja2",
        "markupsafe",
        "msgspec",
        "pyrage",
        "pysqlite3",
    }
    | {
        "brotli_asgi",
        "python_multipart",
        "segno",
        "sqlite_utils",
        "starlette",
        "tzdata",
        "uvicorn",
        "webauthn",
    },
}

# Room of server/ -> the rooms it may import. Those above may use those below, never back.
GROUND = {"config", "problems", "ids", "whole"}
STORE = {"schema", "writer", "reader", "ledger"} | GROUND
WORK = {"access", "reports"} | STORE
DOORS = {"routes", "pages", "seen", "text"} | WORK
ALL = {"app", "backups", "commands", "imports", "sample", "security"} | DOORS
SERVER = {
    "__init__": set(),
    "whole": set(),
    "config": {"whole"},
    "problems": {"config"},
    "schema": {"config"},
    "writer": STORE,
    "reader": STORE,
    "ledger": STORE,
    "ids": set(),
    "security": GROUND,
    "text": GROUND,
    "access": WORK,
    "reports": WORK,
    "routes": DOORS,
    "pages": DOORS,
    "app": {"app", "security"} | DOORS,
    "seen": {"schema"},
    "imports": STORE,
    "backups": WORK,
    "sample": {"seen"} | DOORS,
    "commands": ALL,
    "__main__": ALL,
}

SQLITE = {"sqlite_utils", "pysqlite3", "sqlite3"}
MAY_TOUCH_SQLITE = {"server/writer.py", "server/reader.py", "server/schema.py"}
MAY_READ_ENVIRONMENT = {"server/config.py"}
ENVIRONMENT = {"os.environ", "os.environb", "os.getenv", "os.putenv"}

IMPURE = {"asyncio", "http", "os", "random", "secrets", "socket", "subprocess", "threading"}
IMPURE |= {"time", "urllib"} | SQLITE
CLOCKS_AND_DICE = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today"}
CLOCKS_AND_DICE |= {"uuid.uuid1", "uuid.uuid4", "uuid.uuid6", "uuid.uuid7"}

# Written in halves, because this file may not name them either.
REGISTRIES = [b"pypi" + b".org", b"python" + b"hosted.org", b"npm" + b"js.org", b"npm" + b"js.com"]
REGISTRIES += [b"yarn" + b"pkg.com", b"npm" + b"mirror.com"]


def test_each_room_imports_only_the_packages_it_may():
    assert [*python_faults(strange_packages)] == []


def test_rooms_of_the_server_import_only_what_is_below_them():
    assert [*python_faults(imports_from_above)] == []


def test_only_writer_reader_and_schema_touch_sqlite():
    assert [*python_faults(touches_sqlite)] == []


def test_only_config_reads_the_environment():
    assert [*python_faults(reads_environment)] == []


def test_sync_knows_no_network_database_clock_or_chance():
    assert [*python_faults(impurities)] == []


def test_no_file_names_a_package_registry():
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    output = subprocess.run(listed, cwd=HOUSE, capture_output=True, check=True).stdout.decode()
    names = [name for name in output.split("\0") if (HOUSE / name).is_file() and name != "uv.lock"]
    assert names
    assert [
        name for name in names if any(r in (HOUSE / name).read_bytes() for r in REGISTRIES)
    ] == []


def python_faults(judge) -> Iterator[str]:
    for path in sorted(p for room in PACKAGES for p in (HOUSE / room).rglob("*.py")):
        name = path.relative_to(HOUSE).as_posix()
        yield from (f"{name}: {fault}" for fault in judge(name, path.read_text()))


def strange_packages(name, source):
    allowed = PACKAGES[name.split("/")[0]] | sys.stdlib_module_names
    return [found for found in imported(name, source) if found.split(".")[0] not in allowed]


def imports_from_above(name, source):
    parts = name.removesuffix(".py").split("/")
    if parts[0] != "server":
        return []
    if parts[1] not in SERVER:
        return [f"give server/{parts[1]} its place in SERVER, in tests/test_house.py"]
    allowed = SERVER[parts[1]] | {parts[1]}
    ours = [found for found in imported(name, source) if found.split(".")[0] == "server"]
    return [found for found in ours if [*found.split("."), "__init__"][1] not in allowed]


def touches_sqlite(name, source):
    if name in MAY_TOUCH_SQLITE:
        return []
    found = imported(name, source, but_for_types=True)
    return [module for module in found if module.split(".")[0] in SQLITE]


def reads_environment(name, source):
    return [] if name in MAY_READ_ENVIRONMENT else sorted(mentioned(name, source) & ENVIRONMENT)


def impurities(name, source):
    if not name.startswith("sync/"):
        return []
    modules = [found for found in imported(name, source) if found.split(".")[0] in IMPURE]
    return modules + sorted(mentioned(name, source) & CLOCKS_AND_DICE)


def imported(name, source, but_for_types=False) -> list[str]:
    """Return what a Python file imports, each as a full dotted name."""
    tree = ast.parse(source)
    skipped = {id(n) for part in typing_only(tree) for n in ast.walk(part)} if but_for_types else ()
    nodes = [node for node in ast.walk(tree) if id(node) not in skipped]
    found = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    for node in nodes:
        if isinstance(node, ast.ImportFrom):
            here = name.split("/")[: -node.level] if node.level else []
            base = [*here, node.module] if node.module else here
            found += [".".join([*base, alias.name]) for alias in node.names]
    return found


def typing_only(tree) -> Iterator[ast.stmt]:
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            yield from node.body


def mentioned(name, source) -> set[str]:
    """Return the last two parts of each dotted name a Python file uses or imports."""
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Attribute)]
    names = [ast.unparse(node) for node in nodes] + imported(name, source)
    return {".".join(dotted.split(".")[-2:]) for dotted in names}


@pytest.mark.parametrize(
    ("judge", "name", "line"),
    [
        (strange_packages, "sync/merge.py", "import starlette"),
        (strange_packages, "sync/merge.py", "from server.reader import Reader"),
        (strange_packages, "server/app.py", "def f():\n    import requests"),
        (imports_from_above, "server/reader.py", "from server.routes import sync"),
        (imports_from_above, "server/reports/load.py", "from server import app"),
        (imports_from_above, "server/access/devices.py", "from ..pages import x"),
        (imports_from_above, "server/schema.py", "import server.problems"),
        (imports_from_above, "server/attic.py", "import server.config"),
        (touches_sqlite, "server/app.py", "import sqlite3"),
        (touches_sqlite, "server/pages/a.py", "from sqlite_utils import Database"),
        (reads_environment, "server/app.py", "import os\nos.environ['A']"),
        (reads_environment, "server/app.py", "from os import getenv"),
        (impurities, "sync/clock.py", "from time import time"),
        (impurities, "sync/clock.py", "datetime.datetime.now(UTC)"),
        (impurities, "sync/save.py", "from uuid import uuid4"),
    ],
)
def test_a_planted_fault_is_noticed(judge, name, line):
    assert [*judge(name, line)]


@pytest.mark.parametrize(
    "line",
    [
        "if TYPE_CHECKING:\n    from sqlite_utils import Database",
        "from datetime import UTC, datetime, time\ndatetime.fromtimestamp(at / 1000, UTC)",
    ],
)
def test_an_innocent_line_is_let_be(line):
    judges = [strange_packages, imports_from_above, touches_sqlite, reads_environment, impurities]
    assert [fault for judge in judges for fault in judge("server/app.py", line)] == []


def test_every_file_the_documents_name_is_there() -> None:
    named = re.compile(r"`((?:docs|pwa|server|sync|tests|tools)/[\w./-]*)`")
    documents = [HOUSE / "README.md", *(HOUSE / "docs").glob("*.md")]
    found = {path for document in documents for path in named.findall(document.read_text())}
    assert "sync/problems.json" in found
    assert [path for path in sorted(found) if not (HOUSE / path).exists()] == []
