# SPDX-License-Identifier: Apache-2.0
"""The page on backups: what there is, whether it is too old, one made now; administrators only."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client

from belltower.core.jobs.models import Job
from belltower.screens.console.tests import scene
from belltower.screens.console.views import backups

pytestmark = pytest.mark.django_db


def as_(username: str, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(scene.user(username))
    return client


@pytest.fixture
def memory(settings, tmp_path: Path):
    """The file in which the home remembers backups, and a folder that is set."""
    settings.BELLTOWER_BACKUPS = tmp_path / "backups.json"
    settings.BELLTOWER_BACKUP_TO = Path("/mnt/backup")

    def remember(*hours_ago: float) -> None:
        settings.BELLTOWER_BACKUPS.write_text(json.dumps([one(hours) for hours in hours_ago]))

    return remember


def one(hours_ago: float) -> dict[str, object]:
    taken = (datetime.now(UTC) - timedelta(hours=hours_ago)).isoformat()
    return {
        "id": "20261123T041500Z-123456", "to": "/mnt/backup", "taken_at": taken, "verified_at": taken,
        "size": 812_400_000, "new_bytes": 81_240_000, "new_on_disk": 12_000_000, "files": 312, "rows": 1_204_311,
        "head_size": 88_310, "head_root": "5c0a9e11223344556677", "keys": "belltower-recipient:x",
    }  # fmt: skip


@pytest.mark.parametrize(("language", "said"), [("en", "Up to date"), ("zh-hans", "正常")])
def test_it_shows_size_head_and_age(city, memory, language, said):
    memory(3, 27)
    page = as_("admin", language).get("/backups/").content.decode()
    for words in (said, "1,204,311", "88,310", "5c0a9e112233", "90 %", "/mnt/backup"):
        assert words in page


def test_one_that_is_too_old_is_called_so(city, memory):
    memory(27)
    assert "Too old" in as_("admin").get("/backups/").content.decode()


def test_where_there_is_none_it_says_what_that_means_and_offers_one(city, memory):
    page = as_("admin").get("/backups/").content.decode()
    assert "There is no backup yet" in page
    assert "/backups/make/" in page


def test_without_a_folder_it_says_what_to_set(city, memory, settings):
    settings.BELLTOWER_BACKUP_TO = None
    page = as_("admin").get("/backups/").content.decode()
    assert "BELLTOWER_BACKUP_TO" in page
    assert "/backups/make/" not in page


def test_the_button_asks_for_a_job_once(city, memory):
    client = as_("admin")
    first, again = (client.post("/backups/make/") for _ in range(2))
    [job] = Job.objects.filter(work=backups.WORK)
    assert first["Location"] == again["Location"] == f"/jobs/{job.uid}/"
    assert "One is being made" in client.get("/backups/").content.decode()


@pytest.mark.parametrize("who", ["viewer", "officer", "nobody"])
def test_others_neither_see_it_nor_make_one(city, memory, who):
    assert as_(who).get("/backups/").status_code == 403
    assert as_(who).post("/backups/make/").status_code == 403
    assert not Job.objects.exists()


def test_a_memory_that_cannot_be_read_is_an_empty_page_not_an_error(city, memory, settings):
    settings.BELLTOWER_BACKUPS.write_text("[{")
    assert as_("admin").get("/backups/").status_code == 200
