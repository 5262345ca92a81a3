"""Two credentials: the cookie hands work in and hears of it, and only the read token reads."""

from server.access.devices import revoke
from server.ids import now_ms
from tests.model_phone import Join, Json, ModelPhone
from tests.small_union import Opened, SmallUnion

WORK = {"kind": "person", "record": "minh", "set": {"note": "Prefers mornings"}}


def ask(phone: ModelPhone, read: str | None = None) -> Json:
    """Exchange once with the cookie, and with a read token if one is given."""
    headers = {"cookie": phone.cookie}
    if read is not None:
        headers["authorization"] = f"Bearer {read}"
    answer = phone.client.post("/sync", json=phone.up(), headers=headers)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_the_cookie_alone_reads_not_one_record_and_its_cursor_stays(join: Join) -> None:
    ana = join("ana")
    for read in (None, "", "x" * 43, ana.me["read"][:-1]):
        down = ask(ana, read)
        assert (down["records"], down["forget"], down["more"]) == ([], [], False)
        assert down["locked"] is True
        assert down["cursor"] == {"epoch": down["cursor"]["epoch"], "seq": 0, "id": ""}
    assert "Minh" in str(ask(ana, ana.me["read"])["records"])


def test_the_cookie_alone_hands_work_in_and_hears_of_it(join: Join, union: SmallUnion) -> None:
    ana = join("ana")
    ana.exchange()
    at = ana.cursor
    save = ana.save(WORK)
    down = ask(ana)
    assert [(told["save"], told["verdict"]) for told in down["receipts"]] == [(save, "taken")]
    assert (down["records"], down["cursor"], down["fresh"]) == ([], at, False)
    assert union.value("person", "minh", "note") == "Prefers mornings"
    # Nothing was skipped: with the token it comes now.
    assert "Prefers mornings" in str(ask(ana, ana.me["read"])["records"])


def test_of_a_read_token_only_a_hash_is_stored(join: Join, union: SmallUnion) -> None:
    ana = join("ana")
    (row,) = union.read("SELECT * FROM device WHERE id = ?", ana.me["device"])
    assert len(row["read_hash"]) == 64
    assert ana.me["read"] not in str(row)
    assert len(ana.me["read"]) == 43


def test_one_phones_token_opens_nothing_for_another(join: Join) -> None:
    ana, luc = join("ana"), join("luc")
    assert ask(ana, luc.me["read"])["records"] == []


def test_a_phone_from_before_there_were_tokens_brings_its_own_once(
    join: Join, union: SmallUnion
) -> None:
    for phone, has_work in ((join("ana"), False), (join("luc"), True)):
        with Opened(union.db) as db:
            db.execute("UPDATE device SET read_hash = NULL WHERE id = ?", (phone.me["device"],))
        assert ask(phone)["records"] == []
        if has_work:
            phone.save({**WORK, "record": "ravneet"})
        assert ask(phone, "its own")["records"] != []
        assert ask(phone, "another's")["locked"] is True
        assert "locked" not in ask(phone, "its own")


def test_a_revoked_phone_is_told_to_wipe_with_either_credential(
    join: Join, union: SmallUnion
) -> None:
    ana = join("ana")
    ana.exchange()
    with Opened(union.db) as db:
        revoke(db, ana.me["device"], now_ms())
    for read in (None, ana.me["read"]):
        down = ask(ana, read)
        assert (down["records"], down["wipe"], "locked" in down) == ([], True, False)
