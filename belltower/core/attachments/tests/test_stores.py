# SPDX-License-Identifier: Apache-2.0
"""Both stores keep the same promises: a folder, and an object store over the wire (moto's server, an imitation of S3)."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from belltower.core.attachments.checking import check, tidy
from belltower.core.attachments.errors import AttachmentTooLarge
from belltower.core.attachments.keeping import ObjectStore
from belltower.core.attachments.receiving import incoming, left_behind, receive, sweep
from belltower.core.attachments.stores import Store, place_of
from belltower.core.attachments.stores.disk import Disk
from belltower.core.attachments.stores.objects import Objects

LATER = datetime.now(UTC) + timedelta(hours=2)
NOBODY = hashlib.sha256(b"nobody put this").hexdigest()


@pytest.fixture(scope="session")
def s3_address() -> Iterator[str]:
    """A server process that speaks S3: moto 5 (Apache-2.0, the field's imitation of AWS), on a port of its own."""
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        assert server.stderr
        address = next(line.split("Running on ")[1].strip() for line in server.stderr if "Running on " in line)
        drain = threading.Thread(target=server.stderr.read, daemon=True)
        drain.start()
        urllib.request.urlopen(urllib.request.Request(f"{address}/belltower", method="PUT")).close()
        yield address
    finally:
        server.kill()
        drain.join()
        server.stderr.close()
        server.wait()


@pytest.fixture(params=["disk", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "disk":
        return Disk(tmp_path / "kept")
    address = request.getfixturevalue("s3_address")
    return Objects(ObjectStore("belltower", prefix=tmp_path.name, endpoint=address, key="a key", secret="a secret"))


def keep(store: Store, content: bytes, folder: Path) -> str:
    folder.mkdir(exist_ok=True)
    file = folder / "file"
    file.write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    store.keep(file, digest)
    file.unlink()  # it may share its bytes with what is kept
    return digest


def test_what_is_kept_is_read_whole_and_in_parts(store: Store, tmp_path: Path) -> None:
    content = os.urandom(300_000)
    digest = keep(store, content, tmp_path / "from")
    assert store.size(digest) == len(content)
    assert b"".join(store.read(digest)) == content
    assert b"".join(store.read(digest, 1000, 270_000)) == content[1000:270_000]
    assert b"".join(store.read(digest, len(content) - 5)) == content[-5:]
    [held] = store.each()
    assert (held.digest, held.size) == (digest, len(content))
    assert abs(datetime.now(UTC) - held.since) < timedelta(minutes=5)


def test_a_film_goes_and_comes_in_parts(store: Store, tmp_path: Path) -> None:
    """20 MB: above the size at which an object is sent in parts (8 MiB each)."""
    content = os.urandom(20_000_000)
    digest = keep(store, content, tmp_path / "from")
    found = hashlib.sha256()
    parts = 0
    for part in store.read(digest):
        found.update(part)
        parts += 1
    assert found.hexdigest() == digest
    assert parts > 10


def test_keeping_twice_keeps_once_and_removing_forgets(store: Store, tmp_path: Path) -> None:
    digest = keep(store, b"the same", tmp_path / "from")
    assert keep(store, b"the same", tmp_path / "from") == digest
    assert len(list(store.each())) == 1
    store.remove(digest)
    store.remove(digest)
    assert (store.size(digest), list(store.each())) == (None, [])
    with pytest.raises(FileNotFoundError):
        store.read(digest)


def test_twenty_at_once_keep_one_whole_content(store: Store, tmp_path: Path) -> None:
    content = os.urandom(2_000_000)
    with ThreadPoolExecutor(20) as pool:
        digests = set(pool.map(lambda number: keep(store, content, tmp_path / f"from-{number}"), range(20)))
    [digest] = digests
    assert len(list(store.each())) == 1
    assert b"".join(store.read(digest)) == content


def test_the_check_names_what_is_missing_changed_and_left_over(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    good, other = keep(store, b"good", tmp_path / "from"), keep(store, b"other", tmp_path / "from")
    assert check({good: 4, other: 5}, store, folder, now=LATER).is_fine
    found = check({good: 4, NOBODY: 3}, store, folder, now=LATER)
    assert found.missing == (NOBODY,)
    assert [one.digest for one in found.left_over] == [other]
    assert check({good: 99, other: 5}, store, folder, now=LATER).changed == (good,)
    assert check({good: 4}, store, folder, now=datetime.now(UTC)).left_over == (), "it may still be on its way"
    assert tidy(found, store, folder) == 1
    assert [one.digest for one in store.each()] == [good]


def test_a_flipped_bit_is_found_by_reading_again(tmp_path: Path) -> None:
    store = Disk(tmp_path / "kept")
    digest = keep(store, b"a photo of a lamp", tmp_path / "from")
    path = tmp_path / "kept" / place_of(digest)
    path.chmod(0o600)
    path.write_bytes(b"a photo of a lamq")
    found = check({digest: 17}, store, tmp_path / "kept", now=LATER)
    assert (found.changed, found.missing) == ((digest,), ())
    assert check({digest: 17}, store, tmp_path / "kept", now=LATER, most_bytes=0).changed == (), "nothing was read"


def test_the_folder_is_closed_to_others_and_contents_are_not_written_again(tmp_path: Path) -> None:
    store = Disk(tmp_path / "kept")
    digest = keep(store, b"closed", tmp_path / "from")
    path = tmp_path / "kept" / place_of(digest)
    assert path.stat().st_mode & 0o777 == 0o400
    assert path.parent.stat().st_mode & 0o077 == 0


class Endless:
    """A sender that never stops."""

    def read(self, count: int) -> bytes:
        return bytes(count)


def test_a_sender_that_never_stops_is_stopped_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(AttachmentTooLarge), receive(Endless(), "a.bin", folder=tmp_path, most=5 << 20):
        pass
    assert list(incoming(tmp_path).iterdir()) == []


def test_what_a_killed_upload_left_is_swept_and_one_under_way_is_not(tmp_path: Path) -> None:
    """The lock dies with the process; the file of a living one stays, however old it is."""
    writing = (
        "import fcntl, os, sys, time\n"
        "file = open(sys.argv[1], 'xb'); fcntl.flock(file, fcntl.LOCK_EX); file.write(b'half'); file.flush()\n"
        "os.utime(sys.argv[1], (0, 0)); print('written', flush=True); sys.stdin.read()"
    )
    folder = incoming(tmp_path)
    command = [sys.executable, "-c", writing, str(folder / "x.part")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "written\n"
        assert sweep(tmp_path) == 0
        process.kill()
    assert [path.name for path in left_behind(tmp_path)] == ["x.part"]
    assert sweep(tmp_path) == 1
    assert list(folder.iterdir()) == []
