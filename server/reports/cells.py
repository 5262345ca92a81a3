"""Tables for spreadsheets, whose programs take a cell for a formula that begins like one."""

import csv
import io
from collections.abc import Iterable

# https://owasp.org/www-community/attacks/CSV_Injection; after spaces some programs do as well.
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
BYTE_ORDER_MARK = "\ufeff"  # without it Excel reads UTF-8 as something else


def guarded(value: object) -> str:
    """Return a cell that is only ever text; a leading ' is shown by no spreadsheet program."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip(" \u00a0").startswith(FORMULAS) else text


def as_csv(head: Iterable[object], rows: Iterable[Iterable[object]]) -> str:
    """Return a table as CSV (RFC 4180), every cell guarded."""
    stream = io.StringIO()
    stream.write(BYTE_ORDER_MARK)
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
    for row in (head, *rows):
        writer.writerow([guarded(cell) for cell in row])
    return stream.getvalue()
