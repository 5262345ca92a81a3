"""The command `rounds`: what it says, what it refuses, and what an exit code means."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import server.schema
from server.__main__ import main
from server.access.devices import Joined
from server.access.invitations import redeem, redeem_code
from server.app import open_database
from server.config import VARIABLES, Settings, secret_beside
from server.ids import now_ms
from server.ledger.facts import locals_of, roles_of
from server.problems import Problem
from sync.save import Change
from tests.small_union import Opened, SmallUnion

COMMANDS = sorted(main.commands)


def rounds(*args: object) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args])


def test_every_command_is_there_and_says_what_it_does():
    assert [
        *("audit", "backup", "check", "demo", "erase-person", "erase-volunteer"),
        *("export-person", "import-people", "imports", "invite"),
        *("keys", "rebuild", "restore", "retention", "serve", "use"),
    ] == COMMANDS
    for name in COMMANDS:
        result = rounds(name, "--help")
        assert result.exit_code == 0
        assert len(result.output) > 200


def test_every_command_takes_a_database():
    assert all("--db FILE" in rounds(name, "--help").output for name in COMMANDS)


def test_serve_lists_every_setting():
    said = rounds("serve", "--help").output
    assert [name for name in VARIABLES if name not in said] == []


def test_a_setting_that_cannot_be_used_is_a_usage_error(monkeypatch):
    monkeypatch.setenv("ROUNDS_PORT", "high")
    for name in ("serve", "check"):
        result = rounds(name)
        assert result.exit_code == 2
        assert "ROUNDS_PORT is “high”" in result.output


# serve


def test_serve_refuses_a_taken_port_and_names_another(union: SmallUnion):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = rounds("serve", "--db", union.db, "--port", port)
    assert result.exit_code == 1
    assert f"already listening on 127.0.0.1 port {port}" in result.output
    assert "--port" in result.output


def test_serve_refuses_a_sqlite_that_loses_data(tmp_path, monkeypatch):
    monkeypatch.setattr(server.schema, "is_sound", lambda version: False)
    result = rounds("serve", "--db", tmp_path / "rounds.db")
    assert result.exit_code == 1
    assert "can corrupt its write-ahead log" in result.output
    assert "make setup" in result.output
    assert not (tmp_path / "rounds.db").exists()


@pytest.mark.parametrize("command", ["serve", "check", "rebuild"])
def test_a_file_that_is_no_database_is_named_and_left_alone(tmp_path, command):
    (tmp_path / "notes.txt").write_text("shopping list, not a database at all")
    result = rounds(command, "--db", tmp_path / "notes.txt")
    assert result.exit_code == 1
    assert "notes.txt" in result.output
    assert (tmp_path / "notes.txt").read_text() == "shopping list, not a database at all"


def test_serve_stops_in_good_order_and_its_log_names_nobody(union: SmallUnion):
    token = union.link_token("ana")
    with running("serve", "--db", union.db, "--port", free_port()) as (process, lines):
        url = until(lines, r"Rounds is at (http\S+),")
        ask(f"{url}/join", {"token": token})
        assert ask(f"{url}/health")["ok"]
        process.send_signal(signal.SIGTERM)
        rest = "".join(lines)
    assert process.returncode == 0
    assert "Stopped. Everything that was answered is on disk." in rest
    assert "Ana" not in rest
    assert token not in rest
    assert "127.0.0.1" not in rest


# invite


def link_in(result: Result) -> tuple[str, str]:
    """Return the kind and the token of the link a command printed."""
    assert result.exit_code == 0, result.output
    found = re.search(r"http://127\.0\.0\.1:8000(/desk)?/join#(\S+)", result.output)
    assert found
    return ("desk" if found[1] else "phone"), found[2]


def joined(db: Path, kind: str, token: str) -> str:
    """Redeem a link and return whose it was. Raises Problem."""
    connection = open_database(Settings(db=db))
    try:
        return str(redeem(connection, secret_beside(db), token, kind, now_ms()).device["volunteer"])
    finally:
        connection.close()


def test_the_first_administrator_comes_from_the_command_line(tmp_path):
    db = tmp_path / "var" / "rounds.db"
    kind, token = link_in(
        rounds("invite", "--role", "administrator", "--name", "Sam Olsen", "--db", db)
    )
    assert kind == "desk"
    volunteer = joined(db, kind, token)
    assert roles_of(open_database(Settings(db=db)), volunteer) == {"administrator"}
    with pytest.raises(Problem, match="link_used"):
        joined(db, kind, token)


def test_somebody_known_by_name_is_invited_again_and_not_made_twice(union: SmallUnion):
    kind, token = link_in(rounds("invite", "--name", "Ana Kowalczyk", "--db", union.db))
    assert (kind, joined(union.db, kind, token)) == ("phone", "ana")
    assert len(union.read("SELECT id FROM volunteer WHERE name = 'Ana Kowalczyk'")) == 1


def test_a_new_role_is_added_to_somebody_known_without_a_conflict(union: SmallUnion):
    for _ in range(2):
        link_in(rounds("invite", "--name", "Ana Kowalczyk", "--role", "steward", "--db", union.db))
    assert union.value("volunteer", "ana", "roles/steward") is True
    assert union.value("volunteer", "ana", "roles/go_to") is True
    assert union.read("SELECT 1 FROM register WHERE conflict = 1") == []


def test_two_of_one_name_are_told_apart_by_id(union: SmallUnion):
    (other,) = union.read("SELECT id FROM volunteer WHERE name = 'Luc Bélanger'")
    rename(union, other["id"], "Ana Kowalczyk")
    result = rounds("invite", "--name", "Ana Kowalczyk", "--db", union.db)
    assert result.exit_code == 1
    assert "2 volunteers are called “Ana Kowalczyk”" in result.output
    assert "--volunteer" in result.output
    kind, token = link_in(rounds("invite", "--volunteer", other["id"], "--db", union.db))
    assert joined(union.db, kind, token) == other["id"]


def rename(union: SmallUnion, volunteer: str, name: str) -> None:
    union.write(Change("volunteer", volunteer, {"name": name}))


def test_a_coordinator_can_be_bound_to_a_local_by_its_name(union: SmallUnion):
    (local,) = union.read("SELECT id, name FROM local LIMIT 1")
    args = ("--role", "coordinator", "--name", "Noor Haddad", "--local", local["name"])
    volunteer = joined(union.db, *link_in(rounds("invite", *args, "--db", union.db)))
    assert locals_of(open_database(Settings(db=union.db)), volunteer) == {local["id"]}


def test_an_invitation_shows_a_code_to_type_and_one_to_scan(union: SmallUnion):
    result = rounds("invite", "--name", "Ana Kowalczyk", "--code", "--qr", "--db", union.db)
    kind, _ = link_in(result)
    found = re.search(r"Or type (\w{4} \w{4}) at http://127\.0\.0\.1:8000/join, ", result.output)
    assert found
    assert "█" in result.output
    with Opened(union.db) as db:
        device = redeem_code(db, secret_beside(union.db), found[1], kind, now_ms())
    assert isinstance(device, Joined)
    assert device.device["volunteer"] == "ana"
    assert "█" not in rounds("invite", "--name", "Ana Kowalczyk", "--db", union.db).output


@pytest.mark.parametrize(
    ("args", "code", "told"),
    [
        ((), 2, "--name or --volunteer"),
        (("--name", "A", "--volunteer", "b"), 2, "--name or --volunteer"),
        (("--name", "Somebody New"), 2, "Say which --role"),
        (("--name", " ", "--role", "go_to"), 2, "is empty"),
        (("--name", "A", "--role", "boss"), 2, "--role"),
        (("--name", "A", "--role", "go_to", "--hours", "25"), 2, "--hours"),
        (("--name", "A", "--role", "go_to", "--local", "x"), 2, "--local is for coordinators"),
        (("--name", "A", "--role", "coordinator", "--local", "x"), 1, "no local called “x”"),
        (("--volunteer", "nobody"), 1, "No volunteer has the id “nobody”"),
        (("--name", "A" * 121, "--role", "go_to"), 1, "cannot be a volunteer"),
    ],
)
def test_an_invitation_that_cannot_be_made_says_why_and_makes_nothing(
    union: SmallUnion, args, code, told
):
    before = union.read("SELECT count(*) AS n FROM invitation")
    result = rounds("invite", *args, "--db", union.db)
    assert result.exit_code == code
    assert told in result.output
    assert union.read("SELECT count(*) AS n FROM invitation") == before


# demo


@contextmanager
def running(*args: object) -> Iterator[tuple[subprocess.Popen[str], Iterator[str]]]:
    """Run a command in a process of its own and give its output line by line."""
    command = [sys.executable, "-m", "server", *map(str, args)]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout
        try:
            yield process, iter(process.stdout.readline, "")
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)


def until(lines: Iterator[str], pattern: str) -> str:
    """Read on to a line that holds the pattern, and return its first group."""
    heard = []
    for line in lines:
        heard.append(line)
        if found := re.search(pattern, line):
            return found[1]
    raise AssertionError("".join(heard))


def ask(url: str, body: object = None) -> dict[str, object]:
    """Get a URL, or post JSON to it."""
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data)) as answer:
        return dict(json.load(answer))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_the_demo_prints_three_links_that_work_and_keeps_its_union(tmp_path):
    db, port = tmp_path / "demo" / "rounds.db", free_port()
    roles, epochs = [], []
    for _ in range(2):
        with running("demo", "--people", 150, "--port", port, "--db", db) as (_, lines):
            links = [until(lines, rf"(http://127\.0\.0\.1:{port}\S*/join#\S+)") for _ in range(3)]
            until(lines, "(Stop with Ctrl-C)")
            for link in links:
                page, _, token = link.partition("#")
                answer = None
                while answer is None:
                    try:
                        answer = ask(page, {"token": token})
                    except urllib.error.URLError as problem:
                        if isinstance(problem, urllib.error.HTTPError):
                            raise
                roles.append(answer["roles"])
        connection = open_database(Settings(db=db))
        epochs += [row["value"] for row in connection.execute("SELECT value FROM meta")]
        connection.close()
    assert roles == 2 * [["go_to", "steward"], ["picket_captain"], ["coordinator"]]
    assert epochs[: len(epochs) // 2] == epochs[len(epochs) // 2 :]


def test_the_demo_with_an_address_prints_a_code_for_each_link(tmp_path):
    args = ("demo", "--people", 150, "--port", free_port(), "--db", tmp_path / "rounds.db")
    with running(*args, "--url", "https://rounds.example/") as (_, lines):
        said = "".join(lines_to(lines, "Stop with Ctrl-C"))
    assert said.count("https://rounds.example/join#") == 2
    assert said.count("https://rounds.example/desk/join#") == 1
    assert said.count("▀▀▀▀▀") >= 3
    assert "cannot open 127.0.0.1" not in said


def lines_to(lines: Iterator[str], last: str) -> Iterator[str]:
    for line in lines:
        yield line
        if last in line:
            return


def test_the_demo_leaves_a_database_alone_that_it_did_not_make(union: SmallUnion):
    before = union.db.read_bytes()
    result = rounds("demo", "--db", union.db, "--port", free_port())
    assert result.exit_code == 1
    assert "was not made by `rounds demo`" in result.output
    assert union.db.read_bytes() == before


def test_the_demo_wants_https_for_phones(tmp_path):
    result = rounds("demo", "--url", "http://192.168.1.2", "--db", tmp_path / "rounds.db")
    assert result.exit_code == 2
    assert "must begin with https://" in result.output
