# SPDX-License-Identifier: Apache-2.0
"""The settings of this installation: one typed object, read once from the environment. docs/reference/settings.md."""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Installation:
    """What differs between two installations of the same program; the city itself is data."""

    home: Path
    database_url: str | None
    secret_key: str
    packs: tuple[str, ...] | None
    hosts: tuple[str, ...]
    is_debug: bool

    @property
    def postgres_folder(self) -> Path:
        return self.home / "postgres"

    @property
    def files(self) -> Path:
        """Where uploaded files and their rests are kept."""
        return self.home / "files"


def read(environment: dict[str, str] | os._Environ[str] = os.environ) -> Installation:
    """The installation as the environment describes it; a missing secret is made once and kept in the home."""
    home = Path(environment.get("BELLTOWER_HOME", "var")).absolute()
    packs = environment.get("BELLTOWER_PACKS")
    hosts = environment.get("BELLTOWER_HOSTS", "127.0.0.1,localhost,[::1]")
    return Installation(
        home=home,
        database_url=environment.get("DATABASE_URL") or None,
        secret_key=environment.get("BELLTOWER_SECRET_KEY") or _kept_secret(home),
        packs=tuple(name.strip() for name in packs.split(",") if name.strip()) if packs is not None else None,
        hosts=tuple(name.strip() for name in hosts.split(",")),
        is_debug=environment.get("BELLTOWER_DEBUG") == "1",
    )


def _kept_secret(home: Path) -> str:
    """The secret key of this home, made at the first call; of two processes at once, both read the same whole one."""
    path = home / "secret-key"
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        # Written beside its place first: under its own name it is never seen half.
        with tempfile.NamedTemporaryFile("w", dir=home, prefix="secret-key.") as file:  # mode 0600
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
            with contextlib.suppress(FileExistsError):
                os.link(file.name, path)
    return path.read_text().strip()
