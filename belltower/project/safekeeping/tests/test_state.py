# SPDX-License-Identifier: Apache-2.0
"""What the home remembers, what the doctor makes of it, when the schedule wants a backup."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from belltower.core.jobs.models import Job, JobState
from belltower.project.doctor.backups import judge_backups
from belltower.project.doctor.finding import Verdict
from belltower.project.safekeeping import keys, state, works
from belltower.project.safekeeping.manifest import Contents, Head, Manifest, Saved

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
TO = Path("/mnt/backup")


def made(hours_ago: float, *, to: Path = TO) -> state.Remembered:
    taken = NOW - timedelta(hours=hours_ago)
    return state.Remembered(
        id=f"{taken:%Y%m%dT%H%M%SZ-%f}", to=str(to), taken_at=taken.isoformat(), verified_at=taken.isoformat(), size=10,
        new_bytes=5, new_on_disk=2, files=3, rows=4, head_size=7, head_root="ab", keys="passphrase",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("backups", "to", "verdict"),
    [
        ([], None, Verdict.NOTE),
        ([], TO, Verdict.WRONG),
        ([made(2)], TO, Verdict.FINE),
        ([made(25.9)], TO, Verdict.FINE),
        ([made(26.1)], TO, Verdict.WRONG),
        ([made(26.1)], None, Verdict.NOTE),
        ([made(1), made(50)], TO, Verdict.FINE),
    ],
)
def test_a_backup_older_than_a_night_is_wrong(
    backups: list[state.Remembered], to: Path | None, verdict: Verdict
) -> None:
    found = judge_backups(backups, to, now=NOW)
    assert found.verdict is verdict
    assert found.mend or verdict is Verdict.FINE


@pytest.mark.parametrize(("hours_ago", "is_due"), [(None, True), (25, True), (24, True), (23, False)])
def test_the_next_is_due_a_day_after_the_last(hours_ago: float | None, is_due: bool) -> None:
    backups = [] if hours_ago is None else [made(hours_ago)]
    assert state.is_due(backups, every=timedelta(hours=24), now=NOW) is is_due


def manifest_of(id: str) -> Manifest:
    contents = Contents(tables={"a": 2, "b": 3}, head=Head(7, "ab"), shape="", migrations=())
    return Manifest(
        id=id, installation="x", taken_at=NOW.isoformat(), ended_at=NOW.isoformat(), program="0.1.0", server=180000,
        contents=contents, catalogue=Saved("catalogue", 1, "", ()), files=1, size=100, new_bytes=50, new_on_disk=10,
        sealed={"to": "passphrase", "sha256": ""},
    )  # fmt: skip


def test_the_home_remembers_newest_first_and_forgets_what_went(tmp_path: Path) -> None:
    for id in ("20260101T000000Z-000001", "20260103T000000Z-000001", "20260102T000000Z-000001"):
        state.remember(tmp_path, manifest_of(id), TO, verified_at=NOW, gone=("20260101T000000Z-000001",))
    [newest, older] = state.remembered(tmp_path)
    assert newest.id > older.id
    assert (newest.rows, newest.head_size, newest.head_root, newest.verified) == (5, 7, "ab", NOW)


def test_a_memory_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    """The truth is the folder with the backups; a page and a doctor go on without it."""
    (tmp_path / state.NAME).write_text("[{")
    assert state.remembered(tmp_path) == []


def test_backups_before_upgrades_do_not_stand_for_those_on_another_disk() -> None:
    before_upgrade, nightly = made(1, to=Path("/srv/city/before-upgrades")), made(30)
    assert state.of_folder([before_upgrade, nightly], TO) == [nightly]


@pytest.mark.django_db
class TestSchedule:
    """What workers do every few seconds."""

    @pytest.fixture
    def due(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(works.wishes, "is_due", lambda chosen, now: True)

    def test_a_due_backup_is_asked_for_once(self, due: None) -> None:
        for _ in range(3):
            works.ask_when_due(NOW)
        assert [(job.work, job.state) for job in Job.objects.all()] == [(works.WORK, JobState.WAITING)]

    def test_one_that_is_not_due_is_not_asked_for(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(works.wishes, "is_due", lambda chosen, now: False)
        works.ask_when_due(NOW)
        assert not Job.objects.exists()

    @pytest.mark.parametrize(("minutes", "asked"), [(30, 1), (61, 2)])
    def test_one_that_was_refused_is_tried_again_within_the_hour(self, due: None, minutes: int, asked: int) -> None:
        works.ask_when_due(NOW)
        Job.objects.update(state=JobState.DEAD, ended_at=NOW)
        works.ask_when_due(NOW + timedelta(minutes=minutes))
        assert Job.objects.count() == asked


def test_keys_sealed_to_a_recipient_open_with_the_identity_only() -> None:
    private, public = keys.make_identity()
    other, _ = keys.make_identity()
    held = {keys.SECRET: b"secret", "master-key": bytes(range(256))}
    sealed = keys.seal(held, keys.Lid(recipient=public), backup="one")
    assert keys.open_sealed(sealed, keys.Opener(identity=private), backup="one") == held
    for opener, backup in (
        (keys.Opener(identity=other), "one"), (keys.Opener(identity=private), "another"),
        (keys.Opener(passphrase="guess"), "one"), (keys.Opener(identity="nonsense"), "one"),
    ):  # fmt: skip
        with pytest.raises(keys.KeysStaySealed):
            keys.open_sealed(sealed, opener, backup=backup)


def test_keys_sealed_with_a_passphrase_open_with_it_only() -> None:
    sealed = keys.seal({keys.SECRET: b"secret"}, keys.Lid(passphrase="晨钟暮鼓"), backup="one")
    assert b"secret" not in sealed
    assert keys.open_sealed(sealed, keys.Opener(passphrase="晨钟暮鼓"), backup="one") == {keys.SECRET: b"secret"}
    for opener in (keys.Opener(passphrase="暮鼓晨钟"), keys.Opener()):
        with pytest.raises(keys.KeysStaySealed):
            keys.open_sealed(sealed, opener, backup="one")


def test_what_is_remembered_says_when_it_was_verified_last() -> None:
    assert replace(made(30), verified_at=NOW.isoformat()).verified == NOW
