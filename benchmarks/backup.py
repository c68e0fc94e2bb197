# SPDX-License-Identifier: Apache-2.0
"""How fast a city of a million assets is saved, saved again, read back and restored, beside plain pg_dump of it.

    python -m benchmarks.backup [--quick]

Speeds are megabytes (2**20) of the database's dump and the files a second. pg_dump runs in the same run, into /dev/null and
into a file it compresses (gzip, which it always has), as one would do without us.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from benchmarks.ground import fresh_database, report
from benchmarks.mixed_city import build

T = TypeVar("T")
ASSETS, QUICK_ASSETS = 1_000_000, 60_000
PICTURES, QUICK_PICTURES = 1_000, 100  # of 200 kB each
EDITED = 200  # a busy day of edits, one here and one there


def main(arguments: list[str]) -> None:
    """Build the city, save it twice with a day between, verify, restore; then pg_dump alone."""
    quick = "--quick" in arguments
    with fresh_database() as home:
        build(QUICK_ASSETS if quick else ASSETS)
        _put_pictures(home, QUICK_PICTURES if quick else PICTURES)
        measure(home)


def measure(home: Path) -> None:
    """Print each step, and report."""
    from belltower.project import database, installation
    from belltower.project.safekeeping import checking, keys, restoring, taking, wishes

    source, to, lid = wishes.source(installation.read()), home / "saved", keys.Lid(passphrase="bell and drum")
    first_s, first = _timed(lambda: taking.take(source, to, lid=lid))
    _edit(EDITED)
    second_s, second = _timed(lambda: taking.take(source, to, lid=lid))
    verify_s, _ = _timed(lambda: checking.check(to, second.id, secret=source.secret))
    restore_s, _ = _timed(lambda: restoring.restore(to, second.id, home / "again", held=source.keys))
    url = database.owner_url() or ""
    plain_s, plain = _timed(lambda: _pg_dump(url, "--compress=none", "--file=/dev/null"))
    packed_s, _ = _timed(lambda: _pg_dump(url, "--format=custom", "--compress=gzip:1", f"--file={home / 'plain.dump'}"))
    mib = first.size / 2**20
    dumped = (first.size - PICTURE * _pictures(home)) / 2**20
    rows = [
        ("first backup, read back", first_s, mib, first.new_on_disk),
        (f"second, after {EDITED} edits", second_s, mib, second.new_on_disk),
        ("verify", verify_s, mib, 0),
        ("restore, compared", restore_s, mib, 0),
        ("pg_dump > /dev/null", plain_s, dumped, plain),
        ("pg_dump gzip:1", packed_s, dumped, (home / "plain.dump").stat().st_size),
    ]
    print(f"{'step':28} {'s':>8} {'MB/s':>8} {'written MB':>11}")
    for name, seconds, size, written in rows:
        print(f"{name:28} {seconds:8.1f} {size / seconds:8.0f} {written / 2**20:11.1f}")
    print(f"the second shared {second.shared:.1%} with the first")
    report(
        backup_mb_s=round(mib / first_s, 1),
        again_mb_s=round(mib / second_s, 1),
        pg_dump_mb_s=round(dumped / plain_s, 1),
        pg_dump_packed_mb_s=round(dumped / packed_s, 1),
        verify_mb_s=round(mib / verify_s, 1),
        restore_s=round(restore_s, 1),
        shared=round(second.shared, 4),
    )


PICTURE = 200_000


def _put_pictures(home: Path, count: int) -> None:
    folder = home / "files" / "attachments"
    folder.mkdir(parents=True)
    for number in range(count):
        (folder / f"{number:05}").write_bytes(os.urandom(PICTURE))


def _pictures(home: Path) -> int:
    return sum(1 for _ in (home / "files" / "attachments").iterdir())


def _edit(count: int) -> None:
    """Edit assets strewn over the whole table, one transaction each, as people do."""
    from django.db.models.functions import Now

    from belltower.core.ledger.entries import entry
    from belltower.core.places.models import Asset
    from belltower.kernel.actors import Actor

    step = max(1, Asset.objects.count() // count)
    for pk in list(Asset.objects.order_by("id").values_list("pk", flat=True))[::step]:
        with entry("benchmark.edit", by=Actor.system("benchmark")):
            Asset.objects.filter(pk=pk).update(fields={"lamp": "LED"}, recorded_at=Now())


def _pg_dump(url: str, *how: str) -> int:
    from belltower.project.postgres import embedded_programs

    subprocess.run([embedded_programs() / "pg_dump", *how, url], check=True)
    return 0


def _timed(what: Callable[[], T]) -> tuple[float, T]:
    began = time.perf_counter()
    result = what()
    return time.perf_counter() - began, result


if __name__ == "__main__":
    main(sys.argv[1:])
