# SPDX-License-Identifier: Apache-2.0
"""A front end that is built anew under a running server is served at once, and nothing answers 500 meanwhile."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client, override_settings

from belltower.screens.console import built

OLD = b"old();" * 100  # compressed it is shorter, as those of a build are


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder of static files under /static/built/assets."""
    assets = tmp_path / "built" / "assets"
    assets.mkdir(parents=True)
    (assets / "old-12345678.js").write_bytes(OLD)
    (assets / "old-12345678.js.gz").write_bytes(gzip.compress(OLD))
    with override_settings(STATICFILES_DIRS=[tmp_path]):
        finders.get_finder.cache_clear()
        yield assets
    finders.get_finder.cache_clear()


def text(client: Client, name: str) -> tuple[int, bytes]:
    answer = client.get(f"/static/built/assets/{name}")
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return answer.status_code, body


def test_what_the_new_build_made_and_took_away_is_seen(db: None, folder: Path) -> None:
    client = Client()
    assert text(client, "old-12345678.js") == (200, OLD)
    shutil.rmtree(folder)
    folder.mkdir()
    (folder / "new-87654321.js").write_text("new()")
    assert text(client, "old-12345678.js")[0] == 404
    assert text(client, "new-87654321.js") == (200, b"new()")
    (folder / "new-87654321.js").write_text("newer and longer()")
    assert text(client, "new-87654321.js") == (200, b"newer and longer()")


def test_a_compressed_copy_that_went_is_not_a_fault(db: None, folder: Path) -> None:
    client = Client(headers={"accept-encoding": "gzip"})
    assert gzip.decompress(text(client, "old-12345678.js")[1]) == OLD
    (folder / "old-12345678.js.gz").unlink()
    assert text(client, "old-12345678.js") == (200, OLD)


def test_what_has_its_hash_in_its_name_is_kept_for_ever_and_the_rest_is_not(db: None, folder: Path) -> None:
    assert "immutable" in Client().get("/static/built/assets/old-12345678.js").headers["Cache-Control"]
    assert "immutable" not in Client().get("/static/console/bell.svg").headers["Cache-Control"]


def test_pages_name_the_files_of_the_newest_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also while a build is half done: then those of the last whole one."""
    monkeypatch.setattr(built, "FOLDER", tmp_path)
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps({"src/a.ts": {"file": "assets/a-1.js"}}))
    assert built.entry("src/a.ts").script.endswith("a-1.js")
    manifest.write_text(json.dumps({"src/a.ts": {"file": "assets/a-22.js"}}))
    assert built.entry("src/a.ts").script.endswith("a-22.js")
    for half in (manifest.unlink, lambda: manifest.write_text('{"src/a.')):
        half()
        assert built.entry("src/a.ts").script.endswith("a-22.js")
