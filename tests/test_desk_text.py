"""The desk speaks both languages completely, and writes numbers and days as each does."""

import json
import re
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from server.access.audit import WORDS
from server.pages.desk import FLASHES, NAVIGATION
from server.pages.erase import STAYS
from server.pages.imports import EFFECTS
from server.pages.joining import COUNTS, TO_FIELDS, TO_PHONES
from server.pages.kept import ADVICE, CLOSED
from server.pages.people import FILTERS
from server.pages.people_csv import COLUMNS
from server.pages.privacy import PARTS
from server.pages.told import ANSWERS
from server.pages.upload import OUTCOMES, PROBLEMS
from server.reports.likeness import REASONS
from server.reports.reachable import PURPOSES, WAYS
from server.reports.settled import WHAT
from server.reports.started import STEPS
from server.reports.volunteers import SHOWS
from server.text import FOLDER, PLACEHOLDER, Words, catalogue
from sync.history import STANDINGS
from sync.kinds import load_kinds

SERVER = Path(__file__).parent.parent / "server"
KINDS = load_kinds()
FLAGS = ("open", "capped", "doubtful")
DEFINED = ("figure.mapped", "figure.places", "figure.go_to", "figure.waiting", "next.about")
SAID = re.compile(r"""\b(?:t|said|words|self|desk\.words)\(\s*["']([a-z_.]+)["']""")


def words(language):
    return Words(language, ZoneInfo("America/Edmonton"), KINDS)


def placeholders(entry):
    texts = entry.values() if isinstance(entry, dict) else [entry]
    return {name for text in texts for name in PLACEHOLDER.findall(text)}


def test_english_and_french_have_the_same_keys_in_the_same_order():
    assert [*catalogue("en")] == [*catalogue("fr")]


def test_each_sentence_has_the_same_placeholders_and_forms_in_both():
    english, french = catalogue("en"), catalogue("fr")
    differ = [
        key
        for key in english
        if placeholders(english[key]) != placeholders(french[key])
        or isinstance(english[key], dict) != isinstance(french[key], dict)
    ]
    assert differ == []


def test_no_key_is_written_twice():
    for path in FOLDER.glob("*.json"):
        pairs = json.loads(path.read_text(), object_pairs_hook=list)
        keys = [key for key, _ in pairs]
        assert len(keys) == len(set(keys))


def computed_keys():
    """Return the keys that templates and pages put together from what they show."""
    found = {f"nav.{place}" for place in NAVIGATION} | {f"flash.{code}" for code in FLASHES}
    found |= {f"standing.{word}" for word in STANDINGS} | {f"flag.{flag}" for flag in FLAGS}
    found |= {f"settled.{what}" for what in WHAT} | {"language.en", "language.fr"}
    found |= {f"steps.{step}.{part}" for step in STEPS for part in ("title", "text")}
    found |= {f"filter.{name}" for name in FILTERS}
    found |= {f"filter.{name}.{value}" for name, values in FILTERS.items() for value in values}
    found |= {f"{key}.{part}" for key in DEFINED for part in ("title", "text")}
    found |= {f"date.month.{n}" for n in range(1, 13)} | {f"date.weekday.{n}" for n in range(1, 8)}
    found |= {"device.phone", "device.desk"} | {f"upload.{outcome}" for outcome in OUTCOMES}
    found |= {f"upload.problem.{problem}" for problem in PROBLEMS}
    found |= {f"imports.effect.{effect}" for effect in EFFECTS}
    found |= {f"same.reason.{reason}" for reason in REASONS} | {f"same.{n}" for n in COUNTS}
    found |= {f"same.will.{what}" for what in TO_FIELDS + TO_PHONES}
    found |= {f"held.{reason}" for reason in ADVICE} | {f"closed.{reason}" for reason in CLOSED}
    found |= {"machine.phone", "machine.desk"}
    found |= {f"volunteers.show.{show}" for show in (*SHOWS, "active")}
    found |= {f"volunteer.flaw.{flaw}" for flaw in ("no_name", "no_role", "no_local")}
    found |= {f"invite.opens.{kind}" for kind in ("phone", "desk")}
    found |= {f"answer.{key}" for key in ANSWERS}
    return found | kinds_keys() | law_keys()


def law_keys():
    found = {f"audit.{word}" for word in WORDS} | {f"everything.{word}" for word in STANDINGS}
    found |= {f"erase.stays.{what}" for stays in STAYS.values() for what in stays}
    found |= {f"erase.cannot.{why}" for why in ("yourself", "administrator", "last")}
    found |= {"view.list", "view.card", "everything.in.en", "everything.in.fr"}
    found |= {f"consent.{purpose}" for purpose in PURPOSES} | {f"consent.ask.{way}" for way in WAYS}
    found |= {f"privacy.{part}{end}" for part in PARTS for end in ("", ".title")}
    return found | {f"csv.{column}" for column in COLUMNS}


def kinds_keys():
    found = {"element.by"}
    for kind in KINDS.values():
        for name, field in kind.fields.items():
            found |= {f"choice.{kind.kind}.{name}.{choice}" for choice in field.choices}
            named = [element for element in field.elements if not element.endswith("*")]
            found |= {f"element.{kind.kind}.{name}.{element}" for element in named}
    return found


def said_keys():
    sources = [*SERVER.glob("templates/*.html"), *SERVER.glob("pages/*.py"), SERVER / "text.py"]
    return {key for path in sources for key in SAID.findall(path.read_text())}


def test_every_sentence_that_is_said_is_in_the_catalogue():
    missing = (said_keys() | computed_keys()) - catalogue("en").keys()
    assert sorted(key for key in missing if not key.endswith(".")) == []


def test_no_sentence_is_unused():
    assert sorted(catalogue("en").keys() - said_keys() - computed_keys()) == []


def test_templates_hold_no_words_of_their_own():
    found = []
    for path in SERVER.glob("templates/*.html"):
        text = re.sub(r"\{%.*?%\}|\{\{.*?\}\}|<[^>]*>", "", path.read_text(), flags=re.S)
        text = re.sub(r"\{\{.*?\}\}", "", text)
        found += [(path.name, word) for word in re.findall(r"[A-Za-zÀ-ÿ]{2,}", text)]
    assert found == []


def test_templates_use_if_and_for_only():
    known = {"if", "elif", "else", "endif", "for", "endfor", "extends", "block", "endblock"}
    known |= {"include", "from", "macro", "endmacro"}
    used = {
        (path.name, word)
        for path in SERVER.glob("templates/*.html")
        for word in re.findall(r"\{%-?\s*(\w+)", path.read_text())
    }
    assert {(name, word) for name, word in used if word not in known} == set()


@pytest.mark.parametrize(
    ("language", "shown"), [("en", ("1,200", "61\u00a0%")), ("fr", ("1\u00a0200", "61\u00a0%"))]
)
def test_numbers_and_shares_are_written_as_the_language_does(language, shown):
    assert (words(language).number(1200), words(language).percent(732, 1200)) == shown


def test_a_share_just_below_the_goal_does_not_read_as_the_goal():
    assert words("en").percent(7499, 10_000) == "74\u00a0%"


def test_the_first_of_a_month_is_an_ordinal_in_french():
    assert words("fr").day(date(2026, 12, 1)) == "1er décembre 2026"
    assert words("en").day(date(2026, 12, 1)) == "1 December 2026"


def test_moments_are_told_in_the_time_zone_of_the_union():
    one_am_in_utc = 1_780_275_600_000  # 2026-06-01 01:00 UTC is still May in Edmonton
    assert words("en").moment(one_am_in_utc) == "31 May 2026, 19:00"
    assert words("fr").moment(one_am_in_utc) == "31 mai 2026, 19\u00a0h\u00a000"


@pytest.mark.parametrize(
    ("language", "none", "one"),
    [("en", "0 people", "1 person"), ("fr", "0 personne", "1 personne")],
)
def test_nought_is_many_in_english_and_one_in_french(language, none, one):
    said = words(language)
    assert (said("people.count", n=0), said("people.count", n=1)) == (none, one)


def test_what_people_wrote_is_never_read_as_a_placeholder():
    assert words("en")("lists.people", n=1, name="{n}") == "1 person"
    assert words("en")("people.list_of", name="{n}") == "list of {n}"


def test_a_choice_and_a_flag_are_told_in_words():
    said = words("en")
    assert said.value("person", "work_shift", "nights") == "nights"
    assert said.value("person", "do_not_contact/all", True) == "yes"
    assert said.label("person", "do_not_contact/work") == "Do not contact: at work"
