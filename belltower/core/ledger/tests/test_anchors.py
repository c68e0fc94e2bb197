# SPDX-License-Identifier: Apache-2.0
"""Heads leave the house by file, letter and time stamp; what fails is seen, tried again, and caught up with."""

from __future__ import annotations

import email
import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import policy
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction

from belltower.core.ledger import anchors, heads, stamps
from belltower.core.ledger.anchor_models import Anchor
from belltower.core.ledger.anchor_rules import Anchoring, Kept, MailServer, Way, is_due, is_late, wait_after
from belltower.core.ledger.entries import record
from belltower.core.ledger.handing_over import AnotherHead, held_in, into_folder
from belltower.core.ledger.models import Entry
from belltower.core.ledger.tests import authority
from belltower.kernel.actors import Actor

BY = Actor.system("tests")
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def wishing(settings, tmp_path):  # type: ignore[no-untyped-def]
    """Sets what the installation wants."""
    settings.BELLTOWER_LEDGER_KEY = tmp_path / "key"

    def wish(**wanted: object) -> Anchoring:
        settings.BELLTOWER_ANCHORING = Anchoring(**wanted)  # type: ignore[arg-type]
        return settings.BELLTOWER_ANCHORING

    return wish


@pytest.fixture
def head(db, wishing) -> heads.TreeHead:  # type: ignore[no-untyped-def]
    return signed(NOW)


def signed(now: datetime) -> heads.TreeHead:
    record("tests.something", by=BY, subject="tests:one")
    made = heads.sign_head(now)
    assert made
    return made


@pytest.fixture
def letters(tmp_path: Path) -> Iterator[tuple[MailServer, Path]]:
    """A mail server of its own process, and the folder in which its letters end."""
    port, box = free_port(), tmp_path / "letters"
    words = ["-m", "aiosmtpd", "-n", "-l", f"127.0.0.1:{port}", "-c", "aiosmtpd.handlers.Mailbox", str(box)]
    with running(words) as process:
        await_port(process, port)
        yield MailServer("127.0.0.1", port), box


@pytest.fixture
def tsa(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A time-stamping authority of its own process: its address and its root certificate."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    root = authority.make(tmp_path / "authority")
    words = ["-m", "belltower.core.ledger.tests.authority", str(tmp_path / "authority")]
    with running(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield f"http://127.0.0.1:{int(process.stdout.readline())}/", root


class running:
    """A Python process that ends with the block."""

    def __init__(self, words: list[str], **options: object) -> None:
        self._process = subprocess.Popen([sys.executable, *words], **options)  # type: ignore[call-overload]

    def __enter__(self) -> subprocess.Popen[str]:
        return self._process

    def __exit__(self, *error: object) -> None:
        self._process.terminate()
        self._process.wait(10)
        if self._process.stdout:
            self._process.stdout.close()


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def await_port(process: subprocess.Popen[str], port: int) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("the server did not start")


def test_a_head_goes_into_a_folder_and_comes_back_as_it_was(head, wishing, tmp_path):
    wishing(folder=tmp_path / "heads")
    made = anchors.anchor(Way.FOLDER, now=NOW)
    assert made
    assert made.made_at == NOW
    assert anchors.held_outside() == [head]
    [entry] = Entry.objects.filter(what="ledger.anchor_head")
    assert entry.subject == f"ledger.head:{head.size}"
    assert entry.about == {"way": "folder", "root": head.root.hex()}


def test_a_folder_that_holds_another_head_of_that_size_is_told_and_kept(head, wishing, tmp_path):
    folder = tmp_path / "heads"
    wishing(folder=folder)
    into_folder(head, folder)
    forged = replace(head, root=bytes(32))
    with pytest.raises(AnotherHead, match="Keep the file"):
        into_folder(forged, folder)
    assert held_in(folder) == [head]


def test_a_letter_carries_the_head(head, wishing, letters):
    server, box = letters
    wishing(mail_to=("archive@example.org", "press@example.org"), mail_from="bell@example.org", server=server)
    made = anchors.anchor(Way.MAIL, now=NOW)
    assert made
    assert made.error == ""
    [path] = (box / "new").iterdir()
    letter = email.message_from_bytes(path.read_bytes(), policy=policy.default)
    assert letter["To"] == "archive@example.org, press@example.org"
    assert letter["Message-ID"] == made.reference
    assert letter["Subject"].endswith(f"head {head.size}")
    body = letter.get_body(("plain",))
    assert body
    assert head.text in body.get_content().replace("\r\n", "\n")
    [file] = letter.iter_attachments()
    assert heads.TreeHead.read(json.loads(file.get_content())) == head
    about = Entry.objects.get(what="ledger.anchor_head").about
    assert "example.org" not in json.dumps(about), "addresses of people do not stay in the log for ever"


def test_a_time_stamp_holds_and_says_when(head, wishing, tsa):
    address, root = tsa
    wishing(tsa=address, tsa_roots=root)
    made = anchors.anchor(Way.STAMP, now=NOW)
    assert made
    assert made.error == ""
    stamp = anchors.stamp_of(Anchor.objects.get(pk=made.pk), head)
    assert abs(stamp.at - datetime.now(UTC)) < timedelta(minutes=5)
    assert stamp.authority == "CN=Test Time"
    assert stamp.policy == "1.2.3.4.1"


def test_a_kept_time_stamp_is_checked_at_every_reading(head, wishing, tsa, tmp_path):
    """Of another text, by an authority that nobody trusts, or with one byte changed, it proves nothing."""
    address, root = tsa
    wishing(tsa=address, tsa_roots=root)
    made = anchors.anchor(Way.STAMP, now=NOW)
    assert made
    assert made.receipt
    with pytest.raises(stamps.BadStamp):
        stamps.read(made.receipt, replace(head, size=head.size + 1).text, root)
    with pytest.raises(stamps.BadStamp):
        stamps.read(made.receipt, head.text, authority.make(tmp_path / "other"))
    changed = bytearray(made.receipt)
    changed[-3] ^= 1
    with pytest.raises(stamps.BadStamp):
        stamps.read(bytes(changed), head.text, root)


def test_a_stamp_by_another_authority_than_the_trusted_one_is_not_taken(head, wishing, tsa, tmp_path):
    address, _ = tsa
    wishing(tsa=address, tsa_roots=authority.make(tmp_path / "other"))
    made = anchors.anchor(Way.STAMP, now=NOW)
    assert made
    assert made.made_at is None
    assert "BELLTOWER_ANCHOR_TSA_ROOTS" in made.error


def test_what_is_not_reached_is_seen_and_tried_again_with_the_newest_head(head, wishing, tmp_path):
    server = MailServer("127.0.0.1", free_port())
    wished = wishing(mail_to=("archive@example.org",), mail_from="bell@example.org", server=server)
    tried = anchors.anchor(Way.MAIL, now=NOW)
    assert tried
    assert tried.made_at is None
    assert "refused" in tried.error.lower()
    assert not Entry.objects.filter(what="ledger.anchor_head").exists()
    [standing] = anchors.standing()
    assert standing.failing == tried
    assert anchors.due(NOW + timedelta(seconds=30)) == []
    assert anchors.due(NOW + timedelta(seconds=61)) == [Way.MAIL]
    newer = signed(NOW + HOUR)
    again = anchors.anchor(Way.MAIL, now=NOW + HOUR)
    assert again
    assert (again.pk, again.size, again.attempts) == (tried.pk, newer.size, 2)
    assert wished.server is server


def test_nothing_is_due_before_its_time_nor_without_something_new(head, wishing, tmp_path):
    wishing(folder=tmp_path / "heads", every=DAY)
    assert anchors.due(NOW) == [Way.FOLDER]
    anchors.anchor(Way.FOLDER, now=NOW)
    assert anchors.due(NOW + 2 * HOUR) == []
    signed(NOW + DAY)
    assert anchors.due(NOW + DAY - HOUR) == []
    assert anchors.due(NOW + DAY) == [Way.FOLDER]


def test_a_made_anchor_cannot_be_changed(head, wishing, tmp_path):
    wishing(folder=tmp_path / "heads")
    made = anchors.anchor(Way.FOLDER, now=NOW)
    assert made
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Anchor.objects.filter(pk=made.pk).update(reference="another")


def test_waits_grow_and_end_at_an_hour():
    assert [wait_after(count) for count in (1, 2, 3)] == [timedelta(minutes=count) for count in (1, 2, 4)]
    assert wait_after(50) == HOUR


def test_an_empty_log_is_not_anchored():
    assert not is_due(Kept(), size=0, every=DAY, now=NOW)
    assert is_due(Kept(), size=1, every=DAY, now=NOW)


def test_a_way_is_late_after_twice_its_interval():
    assert not is_late(Kept(made_at=NOW), since=None, every=DAY, now=NOW + 2 * DAY)
    assert is_late(Kept(made_at=NOW), since=None, every=DAY, now=NOW + 2 * DAY + HOUR)
    assert is_late(Kept(), since=NOW, every=DAY, now=NOW + 3 * DAY)
    assert not is_late(Kept(), since=None, every=DAY, now=NOW)
