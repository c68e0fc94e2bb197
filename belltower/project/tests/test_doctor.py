# SPDX-License-Identifier: Apache-2.0
"""The doctor names what is broken and how to mend it; each test breaks one thing."""

from __future__ import annotations

import json
import os
import re
import socket
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.db import connection

from belltower.project.commands.doctor import command
from belltower.project.doctor import data, ledger, place, program
from belltower.project.doctor.finding import Finding, Verdict, examine
from belltower.project.running import Wishes


def verdicts(found: Iterable[Finding]) -> dict[str, Verdict]:
    return {one.check: one.verdict for one in found}


def only(found: Iterable[Finding]) -> Finding:
    [one] = found
    return one


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder as an installation keeps it."""
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    (folder / "secret-key").write_text("k" * 64)
    (folder / "secret-key").chmod(0o600)
    monkeypatch.setenv("BELLTOWER_HOME", str(folder))
    monkeypatch.delenv("BELLTOWER_SECRET_KEY", raising=False)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return folder


@pytest.fixture
def database(db: None, home: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The test's own database as DATABASE_URL; what the test changes is committed, so it must be put back."""
    with connection.cursor() as cursor:  # procrastinate's tables are not emptied between tests
        cursor.execute("DELETE FROM procrastinate_workers")
    settings = connection.settings_dict
    url = f"postgresql://{settings['USER']}@/{settings['NAME']}?host={settings['HOST']}"
    monkeypatch.setenv("DATABASE_URL", url)
    return url


def test_this_python_and_its_packages_are_as_they_should_be() -> None:
    assert only(program.python()).verdict is Verdict.FINE
    assert only(program.packages()).verdict is Verdict.FINE


def test_a_package_of_another_version_or_missing_is_named(tmp_path: Path) -> None:
    lock = tmp_path / "base.txt"
    lock.write_text(
        "click==0.1 \\\n    --hash=sha256:00\nnot-there==1.0 \\\nonly-windows==1 ; sys_platform == 'win32' \\\n"
    )
    found = only(program.packages(lock))
    assert found.verdict is Verdict.WRONG
    assert "click" in found.saw
    assert "not-there missing (locked 1.0)" in found.saw
    assert "only-windows" not in found.saw
    assert "make setup" in found.mend


def test_a_front_end_that_is_not_built_is_wrong(tmp_path: Path) -> None:
    assert only(program.front_end(tmp_path)).verdict is Verdict.WRONG
    (tmp_path / "map.js").write_text("")
    assert only(program.front_end(tmp_path)).verdict is Verdict.FINE


def test_a_catalogue_that_is_not_compiled_or_stale_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "screens" / "locale" / "zh_Hans" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text("")
    assert "screens/locale/zh_Hans" in only(program.translations(tmp_path)).saw
    (folder / "django.mo").write_text("")
    os.utime(folder / "django.mo", (1, 1))
    assert only(program.translations(tmp_path)).verdict is Verdict.WRONG
    os.utime(folder / "django.mo")
    assert only(program.translations(tmp_path)).verdict is Verdict.FINE


def test_a_missing_browser_is_only_worth_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert set(verdicts(program.browser()).values()) == {Verdict.NOTE}


def test_a_home_that_others_may_enter_is_wrong(home: Path) -> None:
    assert only(place.home()).verdict is Verdict.FINE
    home.chmod(0o755)
    found = only(place.home())
    assert (found.verdict, found.mend) == (Verdict.WRONG, f"chmod 700 {home}")


def test_a_secret_that_others_may_read_or_that_is_short_is_wrong(home: Path) -> None:
    assert only(place.secret()).verdict is Verdict.FINE
    (home / "secret-key").chmod(0o644)
    assert "chmod 600" in only(place.secret()).mend
    (home / "secret-key").chmod(0o600)
    (home / "secret-key").write_text("short")
    assert "too short" in only(place.secret()).saw


def test_a_file_of_a_secret_that_others_may_read_is_wrong(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is in it is told to nobody."""
    assert only(place.secret_files()).verdict is Verdict.FINE
    file = home / "lent"
    file.write_text("Tr0mpet-and-bell-and-drum")
    file.chmod(0o600)
    monkeypatch.setenv("BELLTOWER_SECRET_KEY_FILE", str(file))
    assert only(place.secret_files()).verdict is Verdict.FINE
    assert only(place.secret()).verdict is Verdict.FINE
    file.chmod(0o640)
    found = only(place.secret_files())
    assert (found.verdict, found.mend) == (Verdict.WRONG, f"chmod 600 {file}")
    file.unlink()
    assert only(place.secret_files()).verdict is Verdict.WRONG
    assert "Tr0mpet" not in str(found)


def test_the_doctor_knows_every_secret() -> None:
    sources = [path.read_text() for path in (Path(place.__file__).parents[1]).rglob("*.py")]
    read = {name for text in sources for name in re.findall(r'secret\(environment, "([A-Z_]+)"', text)}
    assert read == set(place.SECRETS)


@pytest.mark.parametrize(("gib", "verdict"), [(0.5, Verdict.WRONG), (2.0, Verdict.NOTE), (50.0, Verdict.FINE)])
def test_a_full_disk_is_wrong_and_a_filling_one_noted(gib: float, verdict: Verdict) -> None:
    assert place.judge_free_space(int(gib * 2**30)).verdict is verdict


def test_a_clock_in_another_age_is_wrong() -> None:
    assert place.judge_clock(datetime(1970, 1, 1, tzinfo=UTC)).verdict is Verdict.WRONG
    assert place.judge_clock(datetime(2027, 1, 1, tzinfo=UTC)).verdict is Verdict.FINE


def test_a_port_used_by_another_program_is_named() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        found = next(iter(place.ports(Wishes(port=port))))
    assert found.verdict is Verdict.WRONG
    assert str(port) in found.saw


def test_a_database_folder_of_another_version_is_wrong(home: Path) -> None:
    assert only(data.database_folder()).verdict is Verdict.NOTE
    folder = home / "postgres" / "data"
    folder.mkdir(parents=True)
    (folder / "PG_VERSION").write_text("12")
    found = only(data.database_folder())
    assert found.verdict is Verdict.WRONG
    assert "PostgreSQL 12" in found.saw


def test_a_database_that_does_not_answer_is_one_finding(home: Path) -> None:
    found = only(data.database_state())
    assert (found.check, found.verdict) == ("database", Verdict.WRONG)
    assert "belltower run" in found.mend


def test_a_superuser_is_refused(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "DATABASE_URL", database.replace("belltower_app@", "postgres@").replace("belltower@", "postgres@")
    )
    found = only(data.database_state())
    assert found.verdict is Verdict.WRONG
    assert "superuser" in found.saw


@pytest.mark.django_db(transaction=True)
def test_an_empty_installation_lacks_a_city_and_a_worker(database: str) -> None:
    found = verdicts(data.database_state())
    wrong = {check for check, verdict in found.items() if verdict is Verdict.WRONG}
    # Tables that other tests made in this database are not under row security, and need not be.
    assert wrong - {"row security"} == {"city", "worker"}


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_beats_is_alive_and_a_dead_job_is_noted(database: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
        cursor.execute(
            "INSERT INTO jobs_job (uid, work, arguments, title, state, asked_by_kind, asked_by_name, why, asked_at,"
            " attempts, attempts_allowed, done, is_cancel_asked, error)"
            " VALUES (gen_random_uuid(), 'x', '{}', '{}', 'dead', 'system', 'x', '', now(), 1, 1, 0, false, '')"
        )
    found = verdicts(data.database_state())
    assert (found["worker"], found["jobs"]) == (Verdict.FINE, Verdict.NOTE)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'")
    assert verdicts(data.database_state())["worker"] is Verdict.WRONG


@pytest.mark.django_db(transaction=True)
def test_an_event_that_was_set_aside_is_noted(database: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_event (topic, subject, number, body, by, what, emitted_at)"
            " VALUES ('x.y', 'bin:1', 1, '{}', 'system:x', 'x.z', now()) RETURNING id"
        )
        cursor.execute(
            "INSERT INTO ledger_held (uid, event_id, handler, bucket, subject, state, attempts, error, trace)"
            " VALUES (gen_random_uuid(), %s, 'x.hear', 0, 'bin:1', 'set_aside', 10, 'TimeoutError', '')",
            cursor.fetchone(),
        )
    found = {one.check: one for one in data.database_state()}["events"]
    assert (found.verdict, found.saw) == (Verdict.NOTE, "1 set aside, 0 wait behind them")


@pytest.mark.django_db(transaction=True)
def test_a_migration_that_is_not_applied_is_named(database: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'jobs' AND name = '0002_keep_the_story'")
    try:
        found = {one.check: one for one in data.database_state()}["migrations"]
        assert found.verdict is Verdict.WRONG
        assert "jobs 0002_keep_the_story" in found.saw
    finally:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO django_migrations (app, name, applied) VALUES ('jobs', '0002_keep_the_story', now())"
            )


def test_a_check_that_fails_itself_does_not_stop_the_others() -> None:
    def broken() -> Iterable[Finding]:
        raise RuntimeError("no such thing")

    found = examine([broken, program.python])
    assert [one.verdict for one in found] == [Verdict.WRONG, Verdict.FINE]
    assert "no such thing" in found[0].saw


def test_the_exit_status_is_1_when_something_is_wrong(home: Path) -> None:
    done = CliRunner().invoke(command, ["--json"])
    found = json.loads(done.stdout)
    assert done.exit_code == 1
    assert {one["check"] for one in found} >= {"Python", "packages", "home", "secret key", "disk", "clock", "database"}
    assert all(one["mend"] for one in found if one["verdict"] != "fine")

    told = CliRunner().invoke(command, []).stdout
    assert "WRONG  database" in told


def test_a_log_that_nobody_signs_is_wrong_and_an_idle_one_is_not() -> None:
    assert ledger.judge_log(7, 100, 3600.0).verdict is Verdict.WRONG
    assert ledger.judge_log(7, None, None).verdict is Verdict.WRONG
    assert ledger.judge_log(7, 100, 4.0).verdict is Verdict.FINE
    assert ledger.judge_log(0, 100, 86_400.0).verdict is Verdict.FINE


def test_a_ledger_without_anchors_is_noted_and_one_whose_anchors_stay_away_is_wrong(
    database: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in [name for name in os.environ if name.startswith("BELLTOWER_ANCHOR_")]:
        monkeypatch.delenv(name)
    assert verdicts(ledger.ledger_state())["anchors"] is Verdict.NOTE
    monkeypatch.setenv("BELLTOWER_ANCHOR_FOLDER", str(tmp_path))
    assert verdicts(ledger.ledger_state())["anchor: folder"] is Verdict.FINE
