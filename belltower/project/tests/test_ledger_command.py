# SPDX-License-Identifier: Apache-2.0
"""`belltower ledger`: a clerk checks the log, keeps a head, and gives out proofs that need nothing of ours."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result
from django.conf import settings as django_settings

from belltower.core.ledger import check_proof
from belltower.core.ledger.anchor_rules import Anchoring
from belltower.core.ledger.models import Entry
from belltower.core.places.models import Asset
from belltower.kernel.errors import NotFound, Refusal, Unreadable
from belltower.project import database
from belltower.project.commands.ledger import command
from belltower.screens.console.tests import scene

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def city(transactional_db: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A small city that is served already."""
    monkeypatch.setattr(database, "ready", contextlib.nullcontext)
    monkeypatch.setattr(django_settings, "BELLTOWER_LEDGER_KEY", tmp_path / "ledger-key")
    monkeypatch.setattr(django_settings, "BELLTOWER_ANCHORING", Anchoring())
    scene.small_city()


@pytest.fixture
def superuser() -> Iterator[psycopg.Connection]:
    server = os.environ["BELLTOWER_TEST_SERVER"]
    name = django_settings.DATABASES["default"]["NAME"]
    address = server.replace("postgresql://belltower@/belltower?", f"postgresql://postgres@/{name}?")
    with psycopg.connect(address, autocommit=True) as admin:
        admin.execute("SET session_replication_role = replica")
        yield admin


def run(*words: object) -> Result:
    result = CliRunner().invoke(command, [str(word) for word in words])
    if isinstance(result.exception, Refusal):
        raise result.exception
    return result


def check_outside(proof: Path, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    """Check a proof with the file that people are given, where nothing of the project can be imported."""
    alone = tmp_path / "alone"
    alone.mkdir(exist_ok=True)
    copy = alone / "check_proof.py"
    copy.write_text(Path(check_proof.__file__).read_text(encoding="utf-8"), encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-I", str(copy), str(proof)], cwd=alone, capture_output=True, text=True, timeout=60
    )


def test_an_honest_city_is_whole(tmp_path: Path) -> None:
    assert run("head", "--out", tmp_path / "head.json").exit_code == 0
    result = run("verify", "--against", tmp_path / "head.json")
    assert result.exit_code == 0, result.output
    assert "Nothing was found" in result.output
    assert "1 held outside" in result.output
    assert Entry.objects.filter(what="ledger.anchor_head", about__way="file").exists()


def test_without_a_head_from_outside_it_says_what_it_cannot_see() -> None:
    run("head")
    assert "rewritten as a whole would not be seen" in run("verify").output


def test_what_was_changed_past_the_ledger_is_a_line_and_a_status(superuser: psycopg.Connection, tmp_path: Path) -> None:
    run("head", "--out", tmp_path / "head.json")
    row = superuser.execute("UPDATE places_asset SET key = 'X' WHERE key = 'LD-0007' RETURNING id").fetchone()
    assert row
    result = run("verify", "--against", tmp_path / "head.json")
    assert result.exit_code == 1
    [line] = [line for line in result.output.splitlines() if line.startswith("row_changed")]
    assert f"places_asset {row[0]}" in line


def test_an_entry_changed_before_a_head_is_found_even_since_that_head(
    superuser: psycopg.Connection, tmp_path: Path
) -> None:
    run("head", "--out", tmp_path / "head.json")
    superuser.execute("UPDATE ledger_leaf SET hash = sha256('forged') WHERE position = 3")
    assert run("verify", "--since", tmp_path / "head.json").exit_code == 1


def test_the_proof_of_a_row_is_checked_by_a_file_that_knows_nothing_of_us(tmp_path: Path) -> None:
    lamp = Asset.objects.get(key="LD-0003")
    run("proof", f"places_asset/{lamp.uid}", "--out", tmp_path / "proof.json")
    good = check_outside(tmp_path / "proof.json", tmp_path)
    assert good.returncode == 0, good.stderr
    proof = json.loads((tmp_path / "proof.json").read_text())
    assert "LD-0003" in proof["row"]["text"]
    proof["row"]["text"] = proof["row"]["text"].replace("LD-0003", "LD-0004")
    (tmp_path / "forged.json").write_text(json.dumps(proof))
    assert check_outside(tmp_path / "forged.json", tmp_path).returncode != 0


def test_an_entry_is_proved_by_its_number(tmp_path: Path) -> None:
    entry = Entry.objects.order_by("id")[2]
    run("proof", entry.pk, "--out", tmp_path / "proof.json")
    assert check_outside(tmp_path / "proof.json", tmp_path).returncode == 0
    assert json.loads((tmp_path / "proof.json").read_text())["entry"]["text"].startswith("belltower entry 1")


def test_growth_from_an_older_head_is_proved(tmp_path: Path) -> None:
    run("head", "--out", tmp_path / "old.json")
    run("growth", tmp_path / "old.json", "--out", tmp_path / "growth.json")
    proof = json.loads((tmp_path / "growth.json").read_text())
    assert proof["new"]["size"] > proof["old"]["size"]
    assert check_outside(tmp_path / "growth.json", tmp_path).returncode == 0


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        run("proof", "places_asset/0190b8a0-0000-7000-8000-000000000000")
    with pytest.raises(NotFound):
        run("proof", "django_session/0190b8a0-0000-7000-8000-000000000000")
    (tmp_path / "bad.json").write_text("[]")
    with pytest.raises(Unreadable):
        run("growth", tmp_path / "bad.json")
