# SPDX-License-Identifier: Apache-2.0
"""Whether the store holds what the rows name, unchanged and nothing besides: for `belltower doctor` and `attachments`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from belltower.core.attachments.receiving import left_behind, sweep
from belltower.core.attachments.stores import Held, Store

# Content is kept a moment before its row is committed; what is younger may still be on its way.
UNDER_WAY = timedelta(hours=1)
# Every content that a row which was not erased names, and how large it must be.
NAMED = """
    SELECT digest, size FROM attachments_attachment WHERE state <> 'erased'
    UNION SELECT copy, copy_size FROM attachments_attachment WHERE state <> 'erased' AND copy <> ''
    UNION SELECT thumbnail, NULL FROM attachments_attachment WHERE state <> 'erased' AND thumbnail <> ''
"""


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found: digests that rows name and the store lacks, or that changed; contents that nothing names."""

    named: int
    reread: int
    missing: tuple[str, ...]
    changed: tuple[str, ...]
    left_over: tuple[Held, ...]
    half: tuple[Path, ...]

    @property
    def is_fine(self) -> bool:
        return not (self.missing or self.changed or self.left_over or self.half)


def check(
    named: Mapping[str, int | None], store: Store, folder: Path, *, now: datetime, most_bytes: int | None = None
) -> Checked:
    """Compare the store with ``named`` (digest to size in bytes), reading contents again, ``most_bytes`` at most.

    A content of another size than its row says is changed whether it is read again or not. The newest are read first.
    """
    held = {one.digest: one for one in store.each()}
    missing = tuple(sorted(digest for digest in named if digest not in held))
    there = sorted((held[digest] for digest in named if digest in held), key=lambda one: one.since, reverse=True)
    wrong_size = {one.digest for one in there if named[one.digest] not in (None, one.size)}
    to_read = _as_many(there, most_bytes)
    changed = wrong_size | {one.digest for one in to_read if digest_of(store, one.digest) != one.digest}
    left_over = tuple(one for one in held.values() if one.digest not in named and now - one.since > UNDER_WAY)
    return Checked(len(named), len(to_read), missing, tuple(sorted(changed)), left_over, tuple(left_behind(folder)))


def tidy(found: Checked, store: Store, folder: Path) -> int:
    """Take away what nothing names, and what killed uploads left; how many there were."""
    for one in found.left_over:
        store.remove(one.digest)
    return len(found.left_over) + sweep(folder)


def digest_of(store: Store, digest: str) -> str:
    """The digest of what is kept under ``digest``, read again; "" when it cannot be read."""
    found = hashlib.sha256()
    try:
        for part in store.read(digest):
            found.update(part)
    except OSError:
        return ""
    return found.hexdigest()


def _as_many(held: Iterable[Held], most_bytes: int | None) -> list[Held]:
    """The first of ``held`` that have together no more than so many bytes; all of them without a limit."""
    chosen, total = [], 0
    for one in held:
        total += one.size
        if most_bytes is not None and total > most_bytes:
            break
        chosen.append(one)
    return chosen
