"""The desk's words in the reader's language; dates and numbers as that language writes them.

Words stand in server/text/<language>.json, labels of fields in sync/kinds/.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, tzinfo
from functools import cache
from pathlib import Path

from sync.kinds import Field, Kinds
from sync.rules import UNCERTAIN_MS
from sync.save import Value

FOLDER = Path(__file__).parent / "text"
PLACEHOLDER = re.compile(r"\{(\w+)\}")
# What a wrong clock may say at most: the years 100 to 3840, which every calendar can write.
LAST_MS = 59_000_000_000_000
HARD_SPACE = "\N{NO-BREAK SPACE}"
# Fields with each whose elements are the ids of records.
REFERS = {
    **{"captains": "volunteer", "expects": "worksite", "locals": "local"},
    **{"campaigns": "campaign", "questionnaires": "questionnaire"},
}
Entry = str | dict[str, str]
Named = Mapping[tuple[str, str], str]  # (kind, id) -> name


class MissingWord(KeyError):
    """No such key in a catalogue; a test keeps this from readers."""


@cache
def catalogue(language: str) -> dict[str, Entry]:
    """Return key -> sentence, or {one, other} for sentences that count `n`."""
    found: dict[str, Entry] = json.loads((FOLDER / f"{language}.json").read_text())
    return found


class Words:
    """Everything a page says, in one language and time zone."""

    def __init__(self, language: str, zone: tzinfo, kinds: Kinds) -> None:
        self.language = language
        self.zone = zone
        self._kinds = kinds
        self._catalogue = catalogue(language)

    def __call__(self, key: str, **values: object) -> str:
        """Return a sentence, its {placeholders} filled; numbers as the language writes them."""
        if key not in self._catalogue:
            raise MissingWord(key)
        entry = self._catalogue[key]
        text = entry if isinstance(entry, str) else entry[self._plural(values["n"])]
        return PLACEHOLDER.sub(lambda found: self._shown(values[found[1]]), text)

    def kind(self, kind: str) -> str:
        """Return what a kind of record is called."""
        found = self._kinds.get(kind)
        return found.label[self.language] if found else kind

    def label(self, kind: str, register: str, names: Named | None = None) -> str:
        """Return what a register is called: its field, and which element of it."""
        found = self._kinds.get(kind)
        field = found.fields.get(register.partition("/")[0]) if found else None
        if field is None:
            return register
        label, element = field.label[self.language], register.partition("/")[2]
        if not element:
            return label
        return self("value.pair", label=label, value=self.element(kind, register, names))

    def element(self, kind: str, register: str, names: Named | None = None) -> str:
        """Return what one element of a field is called: “at work”, a volunteer's name."""
        name, _, element = register.partition("/")
        key = f"element.{kind}.{name}.{element}"
        if key in self._catalogue:
            return self(key)
        names = names or {}
        if element.startswith("by_") and ("volunteer", element[3:]) in names:
            return self("element.by", name=names["volunteer", element[3:]])
        refers = REFERS.get(name, "")
        return names.get((refers, element), element)

    def choice(self, kind: str, field: str, value: object) -> str:
        """Return a choice in words, or the value itself when it is not one of ours."""
        key = f"choice.{kind}.{field}.{value}"
        return self(key) if key in self._catalogue else str(value)

    def value(self, kind: str, register: str, value: Value, names: Named | None = None) -> str:
        """Return a register's value as a reader says it."""
        if value is None or value == "":
            return self("value.none")
        if isinstance(value, bool):
            return self("value.yes") if value else self("value.no")
        found = self._kinds.get(kind)
        field = found.field_of(register) if found else None
        return self._typed(kind, field, register, value, names or {}) if field else str(value)

    def _typed(self, kind: str, field: Field, register: str, value: str | int, names: Named) -> str:
        if field.type == "choice":
            return self.choice(kind, register.partition("/")[0], value)
        if field.type == "ref":
            return names.get((field.to or "", str(value)), self("value.unknown"))
        if field.type == "day":
            return self.day(str(value))
        if field.type == "moment" and isinstance(value, int) and abs(value) < LAST_MS:
            return self.moment(value)
        if field.type == "flag":
            return self("value.yes") if value else self("value.no")
        return self.number(value) if isinstance(value, int) else value

    def number(self, number: int) -> str:
        """Return 1,200 or 1 200."""
        return f"{number:,}".replace(",", "," if self.language == "en" else HARD_SPACE)

    def percent(self, part: int, whole: int) -> str:
        """Return a share, rounded down so that a goal is not met before it is."""
        return f"{part * 100 // whole if whole else 0}{HARD_SPACE}%"

    def share(self, part: int, whole: int) -> str:
        """Return a share of answers, to the nearest percent."""
        return f"{round(part * 100 / whole) if whole else 0}{HARD_SPACE}%"

    def day(self, day: date | str) -> str:
        """Return a day with its year: 2 December 2026, 2 décembre 2026."""
        try:
            found = date.fromisoformat(day) if isinstance(day, str) else day
        except ValueError:
            return str(day)  # held for what it is; whoever rules on it must be able to read it
        return f"{self.short_day(found)} {found.year}"

    def short_day(self, day: date) -> str:
        """Return a day without its year: 1 December, 1er décembre."""
        return self("date.day", day=self._ordinal(day), month=self(f"date.month.{day.month}"))

    def weekday(self, day: date) -> str:
        """Return a day of a week in short: Mon 2, lun. 2."""
        return self("date.weekday", name=self(f"date.weekday.{day.isoweekday()}"), day=str(day.day))

    def local_day(self, ms: int) -> date:
        """Return which day it is in the union's time zone."""
        return self._local(ms).date()

    def moment(self, ms: int, at_error_ms: int = 0) -> str:
        """Return a day and time of day, in the union's time zone; “about” when it is uncertain."""
        said = self("date.moment", day=self.day(self.local_day(ms)), time=self.clock(ms))
        return self("date.about", when=said) if at_error_ms > UNCERTAIN_MS else said

    def clock(self, ms: int, at_error_ms: int = 0) -> str:
        """Return a time of day: 14:05, 14 h 05, about 14:05."""
        local = self._local(ms)
        hour = str(local.hour) if self.language == "fr" else f"{local.hour:02}"
        said = self("date.time", hour=hour, minute=f"{local.minute:02}")
        return self("date.about_clock", time=said) if at_error_ms > UNCERTAIN_MS else said

    def ago(self, ms: int | None, now: int, at_error_ms: int = 0) -> str:
        """Return how many days ago something was, in words, and whether that is uncertain."""
        if ms is None:
            return self("ago.never")
        said = self._days_ago((self.local_day(now) - self.local_day(ms)).days)
        return self("ago.uncertain", when=said) if at_error_ms > UNCERTAIN_MS else said

    def _days_ago(self, days: int) -> str:
        if days <= 0:
            return self("ago.today")
        return self("ago.yesterday") if days == 1 else self("ago.days", n=days)

    def hours(self, ms: int) -> str:
        """Return a duration in hours and minutes: 4 h 05."""
        minutes = ms // 60_000
        return f"{minutes // 60}{HARD_SPACE}h{HARD_SPACE}{minutes % 60:02}"

    def _local(self, ms: int) -> datetime:
        nearest = max(-LAST_MS, min(ms, LAST_MS))
        return datetime.fromtimestamp(nearest / 1000, UTC).astimezone(self.zone)

    def _ordinal(self, day: date) -> str:
        return "1er" if self.language == "fr" and day.day == 1 else str(day.day)

    def _plural(self, n: object) -> str:
        # French counts zero as one: “0 personne”.
        return "one" if n == 1 or (n == 0 and self.language == "fr") else "other"

    def _shown(self, value: object) -> str:
        is_count = isinstance(value, int) and not isinstance(value, bool)
        return self.number(int(str(value))) if is_count else str(value)
