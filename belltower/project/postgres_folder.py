# SPDX-License-Identifier: Apache-2.0
"""What can be told from a PostgreSQL data folder without starting it: its version, who serves it, its last words."""

from __future__ import annotations

import hashlib
import os
import stat
import subprocess
import sys
from pathlib import Path

from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text

_SOCKET_PATH_LIMIT = 90  # sun_path holds 107 bytes, with the socket's own name
_TAIL_BYTES = 8192


class OtherMajorVersion(Refusal):
    """The data folder was made by another major version of PostgreSQL."""

    code = "other_major_version"
    sentence = Text(
        zh="数据目录 {folder} 由 PostgreSQL {found} 建立，当前程序为 {ours}。数据未被改动。请将 BELLTOWER_PG_BIN 指向 {found} 的程序目录，或先导出（pg_dump）再导入新目录；步骤见 docs/guides/upgrade-postgresql.md。",
        en="The data folder {folder} was made by PostgreSQL {found}; this one is {ours}. Nothing was changed. Either point BELLTOWER_PG_BIN at the programs of version {found}, or dump (pg_dump) and load into a new folder; docs/guides/upgrade-postgresql.md shows each step.",
    )


class NotADatabase(Refusal):
    """There is something in the data folder, but it is no PostgreSQL cluster."""

    code = "not_a_database"
    sentence = Text(
        zh="{folder} 不是完整的 PostgreSQL 数据目录（缺少 PG_VERSION）。未作任何改动。请恢复备份，或将该目录移走后重新启动。",
        en="{folder} is no whole PostgreSQL data folder (PG_VERSION is missing). Nothing was changed. Restore it from a backup, or move it away and start again.",
    )


class SocketFolderTaken(Refusal):
    """The short folder for the socket belongs to somebody else."""

    code = "socket_folder_taken"
    sentence = Text(
        zh="套接字目录 {folder} 不属于当前用户，或可被他人访问。请删除它，或将 BELLTOWER_HOME 设为较短的路径。",
        en="The socket folder {folder} is not ours alone. Remove it, or set BELLTOWER_HOME to a shorter path.",
    )


def refuse_other_version(data: Path, programs: Path) -> None:
    """Raise OtherMajorVersion when these programs cannot serve this folder; nothing is touched."""
    found = (data / "PG_VERSION").read_text().strip()
    ours = major_version(programs)
    if found != ours:
        raise OtherMajorVersion(folder=data, found=found, ours=ours)


def refuse_half_a_cluster(data: Path) -> None:
    """Raise NotADatabase for a folder that holds something else: a new cluster is only made where nothing is."""
    if data.is_dir() and any(data.iterdir()) and not (data / "PG_VERSION").exists():
        raise NotADatabase(folder=data)


def major_version(programs: Path) -> str:
    """Such as "18", as the programs themselves say it."""
    said = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    return said.split()[2].split(".")[0]


def socket_folder(folder: Path) -> Path:
    """Where the server's socket lies: in its folder, or in a short private one where that path is too long.

    It follows from the path alone, so that every process of this user finds it, whatever its environment.
    """
    own = folder / "socket"
    if len(os.fsencode(own)) <= _SOCKET_PATH_LIMIT:
        return own
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    return Path("/tmp") / f"belltower-{os.geteuid()}-{digest}"  # nosec B108  # 0700, its owner is checked before use


def refuse_foreign(folder: Path, *, owners: set[int]) -> None:
    """Raise SocketFolderTaken unless it is a real folder of one of ``owners`` that nobody else may enter.

    /tmp is everyone's: another account could have put a folder, or a link, in our socket's place.
    """
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in owners or found.st_mode & 0o077:
        raise SocketFolderTaken(folder=folder)


def pid_in(lock: Path) -> int | None:
    """The process that postmaster.pid names, if there is such a file."""
    try:
        return abs(int(lock.read_text().split("\n", 1)[0]))
    except (FileNotFoundError, ValueError):
        return None


def is_alive(pid: int) -> bool:
    """Whether a process has this number; a zombie counts."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def serves(pid: int, data: Path) -> bool:
    """Whether that process is a server of this folder: neither a zombie nor another program with its number.

    PostgreSQL works from inside its data folder; that is compared by device and inode, so that neither links nor a
    user namespace deceive. Where the kernel does not show it, the command line is compared.
    """
    if sys.platform != "linux":
        return is_alive(pid)
    process = Path(f"/proc/{pid}")
    try:
        if (process / "comm").read_text().strip() != "postgres":
            return False
        inside, ours = (process / "cwd").stat(), data.stat()
    except PermissionError:
        command = (process / "cmdline").read_bytes().split(b"\0")
        return os.fsencode(data) in command
    except (FileNotFoundError, ProcessLookupError):
        return False
    return (inside.st_dev, inside.st_ino) == (ours.st_dev, ours.st_ino)


def last_words(log: Path) -> list[str]:
    """The last lines of a log that may be long; empty when it said nothing."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - _TAIL_BYTES))
            lines = file.read().decode(errors="replace").splitlines()
    except FileNotFoundError:
        return []
    return [line for line in lines if line.strip()]
