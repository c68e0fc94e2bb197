# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL's own pg_dump and psql, as streams: dumped from one snapshot, restored in one transaction."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from belltower.project.postgres import embedded_programs
from belltower.project.postgres_folder import major_version
from belltower.project.processes import before_exec
from belltower.project.safekeeping.errors import ProgramFailed
from belltower.project.safekeeping.snapshot import WITHOUT_ROWS

_PART = 2**18
# Said by pg_dump 17 and later; a server before 17 does not know it, and nothing of ours needs it.
_NEWER = b"SET transaction_timeout"
_HEADER = 2**12


def programs_for(server: int) -> Path:
    """The folder of PostgreSQL's programs that can dump a server of that version number.

    Raises ProgramFailed where they are older than the server.
    """
    programs = embedded_programs()
    ours, theirs = int(major_version(programs)), server // 10000
    if ours < theirs:
        reason = f"version {ours} cannot read a server of version {theirs}; set BELLTOWER_PG_BIN to newer programs"
        raise ProgramFailed(program=str(programs / "pg_dump"), reason=reason)
    return programs


def dump(url: str, *, snapshot: str, server: int) -> Iterator[bytes]:
    """The database at ``url`` as of that snapshot, as SQL without names of owners.

    Raises ProgramFailed when pg_dump does; what was read until then is worth nothing.
    """
    left_out = [f"--exclude-table-data=public.{table}" for table in WITHOUT_ROWS]
    command = [
        str(programs_for(server) / "pg_dump"), "--format=plain", "--no-owner", f"--snapshot={snapshot}",
        "--no-unlogged-table-data", "--lock-wait-timeout=60000", *left_out,
    ]  # fmt: skip
    with _program(command, url, takes=False) as process:
        assert process.stdout
        while part := process.stdout.read(_PART):
            yield part


def restore(dumped: Iterable[bytes], url: str) -> None:
    """Put a dump into the empty database at ``url``, all of it or nothing; all will belong to that address's user.

    Raises ProgramFailed.
    """
    command = [
        str(embedded_programs() / "psql"), "--no-psqlrc", "--quiet", "--single-transaction", "--output=/dev/null",
        "--set=ON_ERROR_STOP=1", "--file=-",
    ]  # fmt: skip
    with _program(command, url, takes=True) as process:
        assert process.stdin
        # psql says itself what went wrong when it does not want to hear the rest.
        with contextlib.suppress(BrokenPipeError):
            for part in _for_any_server(dumped):
                process.stdin.write(part)
            process.stdin.close()


@contextlib.contextmanager
def _program(command: list[str], url: str, *, takes: bool) -> Iterator[subprocess.Popen[bytes]]:
    """That program on that database, reading from us (``takes``) or writing to us. Raises ProgramFailed."""
    address, environment = _address(url)
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [*command, f"--dbname={address}"], env=environment, stderr=said, preexec_fn=before_exec(), cwd="/",
            stdin=subprocess.PIPE if takes else subprocess.DEVNULL,
            stdout=subprocess.DEVNULL if takes else subprocess.PIPE,
        )  # fmt: skip
        try:
            yield process
            status = process.wait()
        finally:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                with contextlib.suppress(BrokenPipeError):
                    pipe.close() if pipe else None
        said.seek(0)
        words = said.read().decode(errors="replace").strip().splitlines()
    if status:
        reason = next((line for line in words if "ERROR" in line or "error:" in line), words[-1] if words else status)
        raise ProgramFailed(program=Path(command[0]).name, reason=reason)


def _address(url: str) -> tuple[str, dict[str, str]]:
    """The address for a command line, which all may read, and an environment that holds the password."""
    parts = conninfo_to_dict(url)
    password = parts.pop("password", None)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    secret = {"PGPASSWORD": str(password)} if password else {}
    options = {"PGOPTIONS": "-c belltower.sees=all"}
    address = make_conninfo(**{name: str(value) for name, value in parts.items()})
    return address, {**kept, **secret, **options, "LC_ALL": "C.UTF-8"}


def _for_any_server(dumped: Iterable[bytes]) -> Iterator[bytes]:
    """The dump without what only newer servers know; it stands among the first lines."""
    begun, parts = b"", iter(dumped)
    for part in parts:
        begun += part
        if len(begun) >= _HEADER:
            break
    head, rest = begun[:_HEADER], begun[_HEADER:]
    yield b"\n".join(line for line in head.split(b"\n") if not line.startswith(_NEWER)) + rest
    yield from parts
