# SPDX-License-Identifier: Apache-2.0
"""Checks of the place: the home folder, its secret, the disk, the clock, the ports."""

from __future__ import annotations

import os
import shutil
import stat
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from belltower.project import installation
from belltower.project.doctor.finding import Finding, fine, note, wrong
from belltower.project.running import Wishes, is_free

LEAST_FREE_BYTES = 1 * 2**30
LITTLE_FREE_BYTES = 5 * 2**30
# A clock before this program was written is a clock that lost its battery.
NOT_BEFORE = datetime(2026, 1, 1, tzinfo=UTC)
NOT_AFTER = datetime(2100, 1, 1, tzinfo=UTC)


SECRETS = (
    "BELLTOWER_SECRET_KEY", "DATABASE_URL", "DATABASE_OWNER_URL", "BELLTOWER_METRICS_TOKEN", "BELLTOWER_BACKUP_PASSPHRASE",
    "BELLTOWER_MASTER_KEY", "BELLTOWER_OIDC_CLIENT_SECRET", "BELLTOWER_ANCHOR_SMTP",
    "BELLTOWER_NOTICES_SMTP", "BELLTOWER_NOTICES_SMS", "BELLTOWER_NOTICES_WECOM",
)  # fmt: skip


def home() -> Iterator[Finding]:
    """The home folder is there, ours, and closed to others."""
    place = installation.read().home
    if not place.is_dir():
        yield note("home", f"{place} is not there yet", "`belltower run` makes it.")
        return
    found = place.stat()
    mode = stat.S_IMODE(found.st_mode)
    if not os.access(place, os.W_OK | os.X_OK):
        yield wrong("home", f"{place} cannot be written", f"Give it to the account that runs Belltower: chown {place}")
    elif mode & 0o077:
        yield wrong("home", f"{place} is open to other accounts ({mode:04o})", f"chmod 700 {place}")
    elif found.st_uid != os.geteuid():
        yield note("home", f"{place} belongs to account {found.st_uid}", "Run Belltower always as the same account.")
    else:
        yield fine("home", str(place))


def secret() -> Iterator[Finding]:
    """The secret key is there and only we can read it."""
    if os.environ.get("BELLTOWER_SECRET_KEY"):
        yield fine("secret key", "from BELLTOWER_SECRET_KEY")
        return
    if installation.secret_file(os.environ, "BELLTOWER_SECRET_KEY"):
        yield fine("secret key", "from a file of its own")
        return
    path = installation.read().home / "secret-key"
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        yield wrong("secret key", f"{path} can be read by others ({mode:04o})", f"chmod 600 {path}")
    elif len(path.read_text().strip()) < 32:
        mend = f"Remove {path}; the next start makes a new one (everyone signs in again)."
        yield wrong("secret key", f"{path} is too short", mend)
    else:
        yield fine("secret key", "kept in the home, readable by us only")


def secret_files() -> Iterator[Finding]:
    """The files that hold secrets are ours or root's, and closed to others."""
    named = [(name, installation.secret_file(os.environ, name)) for name in SECRETS]
    held = [(name, path) for name, path in named if path and not os.environ.get(name)]
    if not held:
        yield fine("secret files", "none is named")
    for name, path in held:
        yield judge_secret_file(name, path)


def judge_secret_file(name: str, path: Path) -> Finding:
    """How the file of one secret stands. What is in it is not told."""
    try:
        found = path.stat()
    except OSError as error:
        return wrong("secret files", f"{name}: {path} ({type(error).__name__})", "Name a file that can be read.")
    mode = stat.S_IMODE(found.st_mode)
    if mode & 0o077:
        return wrong("secret files", f"{name}: {path} is open to other accounts ({mode:04o})", f"chmod 600 {path}")
    if found.st_uid not in (0, os.geteuid()):
        return wrong("secret files", f"{name}: {path} belongs to account {found.st_uid}", f"chown it: {path}")
    return fine("secret files", f"{name}: {path}, closed to others")


def disk() -> Iterator[Finding]:
    """There is room to write."""
    place = installation.read().home
    free = shutil.disk_usage(place if place.is_dir() else Path.cwd()).free
    yield judge_free_space(free)


def judge_free_space(free: int) -> Finding:
    """What ``free`` bytes on the home's disk mean."""
    saw = f"{free / 2**30:.1f} GiB free"
    if free < LEAST_FREE_BYTES:
        return wrong("disk", saw, "Make room: PostgreSQL stops writing when the disk is full.")
    if free < LITTLE_FREE_BYTES:
        return note("disk", saw, "A million assets take about 1 GiB; make room before a large import.")
    return fine("disk", saw)


def clock() -> Iterator[Finding]:
    """The clock is not plainly wrong."""
    yield judge_clock(datetime.now(UTC))


def judge_clock(now: datetime) -> Finding:
    """Whether ``now`` can be the present."""
    saw = f"{now:%Y-%m-%d %H:%M} UTC"
    if not NOT_BEFORE <= now < NOT_AFTER:
        return wrong("clock", saw, "Set the clock (timedatectl set-ntp true): deadlines and history depend on it.")
    return fine("clock", saw)


def ports(wishes: Wishes | None = None) -> Iterator[Finding]:
    """The two doors can be opened, or are open and ours."""
    chosen = wishes or Wishes()
    for door, port in (("people's port", chosen.port), ("machines' port", chosen.gateway_port)):
        if is_free(chosen.host, port):
            yield fine(door, f"{port} is free")
        elif _is_ours(chosen.host, port):
            yield fine(door, f"{port} is served by Belltower")
        else:
            mend = "Stop that program, or run with --port."
            yield wrong(door, f"{port} is used by another program", mend)


def _is_ours(host: str, port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://{host}:{port}/health/live", timeout=2) as answer:  # nosec B310  # our own door, by http
            return b'"live"' in answer.read(200)
    except (urllib.error.URLError, OSError):
        return False
