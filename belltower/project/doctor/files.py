# SPDX-License-Identifier: Apache-2.0
"""Checks of attachments: every content that is named is there and unchanged, nothing is left over, a scanner is set."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg

from belltower.core.attachments.checking import NAMED, Checked, check
from belltower.core.attachments.keeping import Keeping
from belltower.core.attachments.stores import open_store
from belltower.project import attachments, database, installation
from belltower.project.doctor.finding import Finding, fine, note, wrong

# So much is read again each time, the newest first; `belltower attachments check` reads everything.
REREAD_BYTES = 2 << 30
_ALL = "`belltower attachments check` lists them."


def attachments_state() -> Iterator[Finding]:
    """The store against the rows; an unreachable database is said by another check."""
    kept = attachments.read(installation.read().files)
    try:
        named = named_contents()
    except (psycopg.OperationalError, psycopg.errors.UndefinedTable):
        yield note("attachments", "the database cannot be asked", "See above.")
        return
    found = check(named, open_store(kept), kept.folder, now=datetime.now(UTC), most_bytes=REREAD_BYTES)
    yield from judge(found)
    yield _scanner(kept, len(named))


def named_contents() -> dict[str, int | None]:
    """Every content that rows name, and its size."""
    with psycopg.connect(database.url(), options=database.SEES_ALL, connect_timeout=5) as connection:
        return dict(connection.execute(NAMED).fetchall())


def judge(found: Checked) -> Iterator[Finding]:
    """What the check found, in the order of how bad it is."""
    if found.missing:
        mend = f"Bring them back from a backup. {_ALL}"
        yield wrong("attachments", f"{len(found.missing)} contents are missing ({found.missing[0][:12]}…)", mend)
    if found.changed:
        mend = f"They are not what was put: bring them back from a backup, and look at the disk. {_ALL}"
        yield wrong("attachments", f"{len(found.changed)} contents changed ({found.changed[0][:12]}…)", mend)
    if found.left_over or found.half:
        saw = f"{len(found.left_over)} contents and {len(found.half)} broken uploads that nothing names"
        yield note("attachments", saw, "`belltower attachments tidy` takes them away.")
    if found.is_fine:
        yield fine("attachments", f"{found.named} contents, {found.reread} of them read again")


def _scanner(kept: Keeping, named: int) -> Finding:
    if kept.scanner:
        return fine("virus scanner", kept.scanner.partition(" ")[0])
    mend = "Set BELLTOWER_SCANNER (docs/guides/attachments.md), then `belltower attachments scan`."
    return note("virus scanner", f"none is set; {named} contents are served unscanned", mend)
