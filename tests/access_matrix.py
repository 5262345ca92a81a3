"""The access matrix as it stands in access_matrix.md: one row a route, a column a role."""

import re
from pathlib import Path
from typing import NamedTuple

from starlette.routing import BaseRoute, Mount, Route

TABLE = Path(__file__).parent / "access_matrix.md"
COORDINATORS = ("north", "south", "north+south", "union", "admin")
COLUMNS = (
    *("nobody", "go-to", "steward", "organiser", "captain", "captain+go-to"),
    *COORDINATORS,
    *("ended", "left", "revoked"),
)
HEADS = ("route", "of", *COLUMNS, "shows", "also")
WAYS = (
    *("200", "303", "401", "403", "404", "410", "in"),
    *("saved", "done", "made", "out", "wipe", "locked", "same"),
)


class Row(NamedTuple):
    """One row: a route, whose records are asked for, and what each column gets.

    shows: words that must be told to whoever gets the page and may know them. also: words that
    stand there for all. variant: what stands in brackets behind the path.
    """

    method: str
    path: str
    variant: str
    of: str
    cells: dict[str, str]
    shows: tuple[str, ...]
    also: tuple[str, ...]

    @property
    def route(self) -> str:
        """Method and path as the app's routing has them."""
        return f"{self.method} {self.path.partition('?')[0]}"

    @property
    def short(self) -> str:
        """What it is called among those that ask to sign in afresh."""
        return f"{self.route} ({self.variant})" if self.variant else self.route

    @property
    def name(self) -> str:
        """What a failing test calls it."""
        variant = f" ({self.variant})" if self.variant else ""
        return f"{self.method} {self.path}{variant}{f' of {self.of}' if self.of else ''}"


def fresh() -> list[str]:
    """Return the rows, by method, path and variant, that ask to sign in afresh."""
    lines = TABLE.read_text().splitlines()
    return [line[3:-1] for line in lines if line.startswith("- `")]


def rows() -> list[Row]:
    """Return every row of the table."""
    lines = [line for line in TABLE.read_text().splitlines() if line.startswith("|")]
    head, _, *body = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert tuple(head) == HEADS, f"the table's columns are {HEADS}"
    return [_row(dict(zip(head, cells, strict=True))) for cells in body]


def _row(cells: dict[str, str]) -> Row:
    found = re.fullmatch(r"`(\w+) (\S+)( \((.+)\))?`", cells["route"])
    assert found, f"a route reads `GET /path` or `GET /path (variant)`, not {cells['route']}"
    ways = {column: cells[column] for column in COLUMNS}
    assert {*ways.values()} <= {*WAYS}, f"{cells['route']}: a cell is one of {WAYS}, not {ways}"
    told = (tuple(cells[name].split()) for name in ("shows", "also"))
    return Row(found[1], found[2], found[4] or "", cells["of"], ways, *told)


def routes_of(routes: list[BaseRoute], before: str = "") -> list[str]:
    """Return “GET /path” for every route and method of an app, mounts included."""
    found: list[str] = []
    for route in routes:
        if isinstance(route, Route):
            methods = sorted((route.methods or {"GET"}) - {"HEAD"})
            found += [f"{method} {before}{route.path}" for method in methods]
        elif isinstance(route, Mount) and route.routes:
            found += routes_of([*route.routes], before + route.path)
        elif isinstance(route, Mount):
            found.append(f"GET {before}{route.path}/{{path:path}}")
        else:
            raise AssertionError(f"say in routes_of what of {route!r} can be asked")
    return found


def summary() -> str:
    """Return how much the matrix says, in a line."""
    found = rows()
    counts = (
        (len({row.route for row in found}), "routes"),
        (len(COLUMNS) - 4, "roles"),
        (3, "states (standing, ended or left, revoked)"),
        (len({row.of for row in found} - {"", "all"}), "locals"),
    )
    said = " × ".join(f"{n} {what}" for n, what in counts)
    return f"access matrix: {said}, and nobody: {len(found)} rows, {len(found) * 31} cells asked"


def line_for(route: str) -> str:
    """Return the row to begin with for a route that has none."""
    guess = dict.fromkeys(COLUMNS, "in") | dict.fromkeys(COORDINATORS, "200")
    cells = [f"`{route}`", "", *(guess[column] for column in COLUMNS), "", ""]
    return f"| {' | '.join(cells)} |"
