"""The sample union: made by real saves, the same from the same seed, and true to life."""

import json
from collections import Counter
from pathlib import Path

import pytest

from server.app import open_database
from server.config import ZONE, Settings
from server.ledger.rebuild import faults
from server.sample import FEWEST, Sample, bring_to_today, make
from server.schema import connect
from server.writer import Writer
from sync.kinds import load_kinds

NOON = 1_795_201_200_000  # 2026-11-20 12:00 in Edmonton
DAY_MS = 24 * 3600 * 1000
TODAY = "2026-11-20"


class Made:
    """A sample in a file, and its rows."""

    def __init__(self, db: Path, people: int = FEWEST, seed: int = 7) -> None:
        self.db, self.progress = db, list[float]()
        writer = Writer(open_database(Settings(db=db)))
        self.sample: Sample = make(
            writer, load_kinds(), NOON, ZONE, seed, people, self.progress.append
        )
        writer.close()

    def rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        db = connect(self.db, query_only=True)
        found = [tuple(row) for row in db.execute(query, values)]
        db.close()
        return found

    def one(self, query: str, *values: object) -> object:
        return self.rows(query, *values)[0][0]


@pytest.fixture(scope="module")
def union(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The union of the demo: 1,200 people."""
    return Made(tmp_path_factory.mktemp("sample") / "rounds.db", people=1200)


LOG = "SELECT seq, body, digest FROM save ORDER BY seq"


def test_the_same_seed_makes_the_same_log_byte_for_byte(tmp_path):
    assert Made(tmp_path / "a.db").rows(LOG) == Made(tmp_path / "b.db").rows(LOG)


def test_another_seed_makes_another_union(tmp_path):
    names = "SELECT name FROM person ORDER BY member_number"
    assert Made(tmp_path / "a.db").rows(names) != Made(tmp_path / "b.db", seed=8).rows(names)


def test_progress_goes_from_nothing_to_all(union):
    assert union.progress == sorted(union.progress)
    assert (union.progress[0], union.progress[-1]) == (0, 1)


def test_every_table_is_what_the_log_adds_up_to(union):
    db = connect(union.db)
    db.execute("BEGIN")
    assert [*faults(db, load_kinds())] == []
    db.close()


def test_the_union_has_the_size_of_a_local(union):
    counts = {
        kind: union.one(f'SELECT count(*) FROM "{kind}"')
        for kind in ("local", "unit", "worksite", "person", "campaign", "questionnaire")
    }
    assert counts == {
        **{"local": 3, "unit": 2, "worksite": 40, "person": 1201},
        **{"campaign": 1, "questionnaire": 1},
    }
    roles = Counter(role for (role,) in union.rows("SELECT element FROM volunteer_roles"))
    assert (roles["go_to"], roles["picket_captain"], roles["coordinator"]) == (75, 4, 2)
    assert union.one("SELECT count(DISTINCT name) FROM worksite") == 40


def test_units_share_worksites(union):
    shared = "SELECT worksite FROM person GROUP BY worksite HAVING count(DISTINCT unit) = 2"
    assert len(union.rows(shared)) > 30


def test_nobody_has_more_than_20_people_and_some_have_8(union):
    sizes = [
        n for (n,) in union.rows("SELECT count(*) FROM assignment GROUP BY volunteer ORDER BY 1")
    ]
    assert sizes[0] <= 8
    assert sizes[-1] <= 20


def test_two_go_to_people_have_left_and_their_people_wait(union):
    left = union.rows(
        "SELECT volunteer.id, count(assignment.id) FROM volunteer JOIN assignment "
        "ON assignment.volunteer = volunteer.id WHERE active = 0 GROUP BY 1"
    )
    assert len(left) == 2
    assert all(people for _, people in left)


def test_the_coordinator_of_the_printed_link_has_the_whole_union_and_the_other_one_local(union):
    bound = union.rows("SELECT volunteer FROM volunteer_locals WHERE value = 1")
    assert len(bound) == 1
    assert bound[0][0] != union.sample.coordinator


def test_the_campaign_runs_today(union):
    starts, ends, goal = union.rows("SELECT starts, ends, goal_percent FROM campaign")[0]
    assert starts < TODAY < ends
    assert goal == 75


def test_the_questionnaire_asks_eight_questions_in_two_languages_and_no_assessment(union):
    questions = json.loads(str(union.one("SELECT questions FROM questionnaire")))
    assert [question["key"] for question in questions if "when" not in question] == [
        *("opening", "take_up", "workload", "platform", "safe", "picket", "contact"),
        *("listens_to", "promise_text"),
    ]
    parts = [*questions, *(choice for q in questions for choice in q.get("choices", []))]
    hints = [question["hint"] for question in questions if "hint" in question]
    assert all(set(part["text"]) == {"en", "fr"} for part in parts)
    assert all(set(hint) == {"en", "fr"} for hint in hints)
    assert "assessment" not in json.dumps(questions)


def test_about_500_conversations_lie_in_the_campaign_and_before_today(union):
    count, first, last = union.rows(
        'SELECT count(*), min("when"), max("when") FROM conversation WHERE result IS NOT NULL'
    )[0]
    assert 450 <= count <= 600
    assert NOON - 26 * DAY_MS < first < last < NOON - DAY_MS / 2


def test_phones_sent_what_they_noted(union):
    kinds = union.rows(
        "SELECT DISTINCT device.kind FROM save JOIN device ON device.id = save.device "
        "JOIN change ON change.save_seq = save.seq WHERE change.kind = 'conversation'"
    )
    assert kinds == [("phone",)]


def test_worksites_are_mapped_unevenly(union):
    shares = [
        share
        for (share,) in union.rows(
            "SELECT 1.0 * count(DISTINCT talk.person) / count(DISTINCT person.id) FROM person "
            "LEFT JOIN conversation AS talk ON talk.person = person.id AND result = 'talked' "
            "GROUP BY worksite ORDER BY 1"
        )
    ]
    assert shares[3] <= 0.1
    assert shares[-3] >= 0.8


def test_names_are_as_they_really_are(union):
    names = [name for (name,) in union.rows("SELECT name FROM person")]
    assert max(map(len, names)) == 60
    assert any(" " not in name for name in names)
    assert any("’" in name for name in names)
    assert any("-" in name for name in names)
    assert any("É" in name for name in names)
    assert union.rows("SELECT 1 FROM person GROUP BY worksite, name HAVING count(*) > 1")


def test_addresses_and_numbers_are_nobodys(union):
    emails = union.rows("SELECT email FROM person WHERE email IS NOT NULL")
    phones = union.rows("SELECT phone FROM person WHERE phone IS NOT NULL")
    assert emails
    assert phones
    assert all(str(email).endswith("@example.org") for (email,) in emails)
    assert all("-555-01" in str(phone) for (phone,) in phones)


def test_exactly_the_conflicts_of_the_stories_are_open(union):
    """One that nobody planned would mean that a phone lied about what it saw."""
    conflicts = Counter(
        field for (field,) in union.rows("SELECT field FROM register WHERE conflict = 1")
    )
    assert conflicts == {"phone": 2, "work_shift": 1, "department": 1, "email": 1, "name": 1}


def test_work_is_held_with_its_reason_and_no_calls_counts_at_once(union):
    rows = union.rows("SELECT reason, early, body FROM save WHERE verdict = 'held'")
    held = {reason: (json.loads(str(early)), json.loads(str(body))) for reason, early, body in rows}
    assert set(held) == {"out_of_scope", "too_long"}
    early, save = held["too_long"]
    assert [save["changes"][at]["set"] for at in early] == [{"do_not_contact/phone": True}]


def test_somebody_was_talked_to_twice_in_one_week_by_two_people(union):
    assert union.rows(
        "SELECT 1 FROM conversation AS a JOIN conversation AS b ON a.person = b.person "
        'AND a.id < b.id AND abs(a."when" - b."when") < 7 * 86400000 '
        "JOIN save AS x ON x.body LIKE '%' || a.id || '%' AND x.verdict = 'taken' "
        "JOIN save AS y ON y.body LIKE '%' || b.id || '%' AND y.author <> x.author "
        "WHERE a.result = 'talked' AND b.result = 'talked' LIMIT 1"
    )


def test_the_list_of_the_demo_has_everything_a_list_can_have(union):
    me = union.sample.go_to
    mine = "IN (SELECT id FROM assignment WHERE volunteer = ?)"
    promises = dict(
        union.rows(
            "SELECT sign(julianday(due) - julianday(?)), count(*) FROM follow_up "
            f"WHERE state = 'open' AND asks IS NULL AND person {mine} GROUP BY 1",
            TODAY,
            me,
        )
    )
    assert union.one("SELECT count(*) FROM assignment WHERE volunteer = ?", me) == 19
    said = f"SELECT DISTINCT person FROM conversation WHERE result = 'talked' AND person {mine}"
    talks = f"{said} AND meeting IS NULL"
    assert 5 <= len(union.rows(talks, me)) <= 9
    assert len(union.rows(f"{said} AND meeting IS NOT NULL", me)) == 3
    assert promises[-1.0] >= 1
    assert promises[0.0] == 1
    assert union.rows(
        "SELECT 1 FROM person_do_not_contact WHERE element = 'all' AND value = 1 "
        f"AND person {mine}",
        me,
    )
    assert union.rows("SELECT 1 FROM assignment WHERE volunteer = ? AND since = '2026-11-18'", me)
    asked = union.rows(f"SELECT person, asks FROM follow_up WHERE asks > '' AND person {mine}", me)
    assert [asks for _, asks in asked] == [f"person/{asked[0][0]}/phone"]
    assert union.one(
        "SELECT conflict FROM register WHERE record = ? AND field = 'phone'", asked[0][0]
    )


def line_of(made: Made, captain: str, now: int) -> tuple[object, ...]:
    """Return the line a captain has now, how many are expected, came in and went out."""
    return made.rows(
        "SELECT line.id, "
        "(SELECT count(*) FROM person JOIN picket_line_expects ON worksite = element "
        " WHERE picket_line = line.id), "
        "(SELECT count(*) FROM check_event WHERE line = line.id AND way = 'in' AND \"when\" > ?1), "
        "(SELECT count(*) FROM check_event WHERE line = line.id AND way = 'out' AND \"when\" > ?1) "
        "FROM picket_line AS line JOIN picket_line_captains ON picket_line = line.id "
        "WHERE element = ?2 AND ?3 BETWEEN shift_starts AND shift_ends",
        now - DAY_MS // 2,
        captain,
        now,
    )[0]


def test_the_captain_has_a_line_now_with_people_on_it(union):
    _, expected, came, went = line_of(union, union.sample.captain, NOON)
    assert expected == 61
    assert came > went > 0


def test_days_later_the_captain_has_a_line_now_and_the_campaign_still_runs(tmp_path):
    made, later = Made(tmp_path / "rounds.db"), NOON + 60 * DAY_MS
    for _ in range(2):
        writer = Writer(open_database(Settings(db=made.db)))
        bring_to_today(writer, load_kinds(), later, ZONE, made.sample.captain)
        writer.close()
    _, _, came, went = line_of(made, made.sample.captain, later)
    assert 0 < went < came < 60
    assert str(made.one("SELECT max(ends) FROM campaign")) > "2027-01-19"
    assert made.one("SELECT count(*) FROM register WHERE kind = 'picket_line' AND conflict") == 0


def test_the_executive_has_answered_and_some_were_told(union):
    answers = union.rows("SELECT element, value FROM report_back_title ORDER BY value")
    assert ("en", "More staff on nights") in answers
    hero = union.sample.go_to
    told = union.rows(
        "SELECT told.said FROM told JOIN assignment ON assignment.id = told.person "
        "WHERE told.state = 'told' AND assignment.volunteer = ? ORDER BY said",
        hero,
    )
    assert told == [("glad",), ("question",)]
