# SPDX-License-Identifier: Apache-2.0
"""One PostgreSQL that survives what happens to machines: kills, stale files, other versions, long paths, any user."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from belltower.project import postgres, postgres_folder
from belltower.project.postgres import DatabaseDidNotStart, DatabaseInUse, OtherMajorVersion, Postgres
from belltower.project.postgres_folder import NotADatabase, SocketFolderTaken
from belltower.project.tests.keeper import QUICK

pytestmark = pytest.mark.server
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Path]:
    """A folder with a cluster that was stopped cleanly and holds one row; tests work on copies of it."""
    with tempfile.TemporaryDirectory(prefix="belltower-pg-") as home:
        folder = Path(home) / "postgres"
        with Postgres(folder, settings=QUICK) as server:
            write(server, "晨钟")
        yield folder


@pytest.fixture
def folder(cluster: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="belltower-pg-") as home:
        yield Path(shutil.copytree(cluster, Path(home) / "postgres", ignore=shutil.ignore_patterns(".s.PGSQL*")))


def write(server: Postgres, word: str) -> None:
    with psycopg.connect(server.url()) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS words (word text)")
        connection.execute("INSERT INTO words VALUES (%s)", [word])


def read(server: Postgres) -> list[str]:
    with psycopg.connect(server.url()) as connection:
        return [word for (word,) in connection.execute("SELECT word FROM words ORDER BY ctid")]


def start(folder: Path) -> Postgres:
    return Postgres(folder, settings=QUICK)


class Keeper:
    """A supervisor in a process of its own, with its server."""

    def __init__(self, folder: Path, *how: str) -> None:
        command = [sys.executable, "-m", "belltower.project.tests.keeper", str(folder), *how]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        said = self.process.stdout.readline().split()
        assert said[:1] == ["up"], said
        self.server = psutil.Process(int(said[1]))

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdout
        self.process.stdout.close()


@pytest.fixture
def keeper(folder: Path) -> Iterator[Callable[..., Keeper]]:
    kept: list[Keeper] = []

    def keep(*how: str) -> Keeper:
        kept.append(Keeper(folder, *how))
        return kept[-1]

    yield keep
    for one in kept:
        one.kill()
        wait_until(lambda one=one: is_gone(one.server))


def is_gone(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def wait_until(holds: Callable[[], bool], within: float = 30.0) -> None:
    deadline = time.monotonic() + within
    while not holds():
        assert time.monotonic() < deadline, f"not so after {within} s"
        time.sleep(0.02)


def test_what_was_written_is_there_at_the_next_start(folder: Path) -> None:
    with start(folder) as server:
        assert read(server) == ["晨钟"]


def test_a_killed_server_comes_back_with_every_acknowledged_row(folder: Path) -> None:
    with start(folder) as server:
        write(server, "暮鼓")
        assert server.pid
        os.kill(server.pid, signal.SIGKILL)
        wait_until(lambda: not server.is_running)
        assert server.ensure_running()
        assert read(server) == ["晨钟", "暮鼓"]
        assert not server.ensure_running()


def test_a_server_with_busy_backends_is_killed_and_comes_back(folder: Path) -> None:
    """The backends of a killed server hold its memory until they notice; the new one waits for them."""
    with start(folder) as server:
        busy = psycopg.connect(server.url())
        busy.execute("BEGIN; INSERT INTO words VALUES ('half')")
        assert server.pid
        os.kill(server.pid, signal.SIGKILL)
        wait_until(lambda: not server.is_running)
        server.ensure_running()
        assert read(server) == ["晨钟"]
        busy.close()


def test_a_server_ends_when_its_supervisor_is_killed(keeper: Callable[..., Keeper], folder: Path) -> None:
    kept = keeper()
    write(start(folder), "暮鼓")
    kept.kill()
    wait_until(lambda: is_gone(kept.server))
    with start(folder) as server:
        assert read(server) == ["晨钟", "暮鼓"]


def test_a_start_right_after_the_kill_waits_for_the_old_server(keeper: Callable[..., Keeper], folder: Path) -> None:
    keeper().kill()
    with start(folder) as server:
        assert read(server) == ["晨钟"]


def test_supervisor_and_server_killed_together_leave_nothing_in_the_way(
    keeper: Callable[..., Keeper], folder: Path
) -> None:
    kept = keeper()
    write(start(folder), "暮鼓")
    kept.server.kill()
    kept.kill()
    with start(folder) as server:
        assert read(server) == ["晨钟", "暮鼓"]


def leave_a_lock(folder: Path, pid: int) -> None:
    """A postmaster.pid as a killed server leaves it, naming ``pid``."""
    lines = [str(pid), str(folder / "data"), "1700000000", "5432", str(folder / "socket"), "", "12345 67890", ""]
    (folder / "data" / "postmaster.pid").write_text("\n".join(lines))


def test_a_zombie_in_the_lock_file_is_not_taken_for_a_server(folder: Path) -> None:
    """As in a container whose first process reaps nobody."""
    child = os.fork()
    if child == 0:
        os._exit(0)
    wait_until(lambda: psutil.Process(child).status() == psutil.STATUS_ZOMBIE)
    leave_a_lock(folder, child)
    try:
        with start(folder) as server:
            assert read(server) == ["晨钟"]
    finally:
        os.waitpid(child, 0)


def test_a_stranger_with_the_number_of_a_dead_server_is_left_alone(folder: Path) -> None:
    with subprocess.Popen(["sleep", "60"]) as stranger:
        leave_a_lock(folder, stranger.pid)
        with start(folder) as server:
            assert read(server) == ["晨钟"]
        assert stranger.poll() is None
        stranger.kill()


def test_a_running_server_is_known_by_its_folder_through_links_too(folder: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(folder)
    with start(folder) as server:
        assert server.pid
        assert postgres_folder.serves(server.pid, link / "data")
        assert not postgres_folder.serves(server.pid, tmp_path)
        assert not postgres_folder.serves(os.getpid(), folder / "data")


def fingerprint(folder: Path) -> dict[str, tuple[int, int]]:
    return {
        str(path): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in sorted((folder / "data").rglob("*"))
        if path.is_file()
    }


def test_a_folder_of_another_major_version_is_refused_untouched(folder: Path) -> None:
    (folder / "data" / "PG_VERSION").write_text("15\n")
    before = fingerprint(folder)
    with pytest.raises(OtherMajorVersion) as refused:
        start(folder).start()
    assert refused.value.facts["found"] == "15"
    for language in ("zh", "en"):
        assert "docs/guides/upgrade-postgresql.md" in refused.value.say(language)
    assert fingerprint(folder) == before


def test_a_folder_with_something_else_in_it_is_never_cleared(folder: Path) -> None:
    """A cluster that lost its PG_VERSION may still be mended; making a new one in its place would end that."""
    (folder / "data" / "PG_VERSION").unlink()
    before = fingerprint(folder)
    with pytest.raises(NotADatabase):
        start(folder).start()
    assert fingerprint(folder) == before


def test_a_kill_in_the_middle_of_making_a_cluster_leaves_no_half_of_one(tmp_path: Path) -> None:
    folder = tmp_path / "postgres"
    (folder / "data.new" / "base").mkdir(parents=True)
    folder.chmod(0o700)
    with start(folder) as server:
        write(server, "晨钟")
        assert read(server) == ["晨钟"]
    assert not (folder / "data.new").exists()


def test_a_path_too_long_for_a_socket_gets_a_short_private_one(folder: Path) -> None:
    long = folder.parent / ("长" * 30) / ("路" * 30) / "postgres"
    long.parent.mkdir(parents=True)
    folder.rename(long)
    with start(long) as server:
        assert str(server.sockets).startswith("/tmp/belltower-")
        assert stat.S_IMODE(server.sockets.stat().st_mode) == 0o700
        assert read(server) == ["晨钟"]
    server.sockets.rmdir()


def test_a_socket_folder_that_is_not_ours_alone_is_refused(folder: Path) -> None:
    (folder / "socket").chmod(0o755)
    with pytest.raises(SocketFolderTaken):
        start(folder).start()
    shutil.rmtree(folder / "socket")
    (folder / "socket").symlink_to("/tmp")
    with pytest.raises(SocketFolderTaken):
        start(folder).start()


def test_the_server_listens_on_its_socket_and_on_no_port(folder: Path) -> None:
    with start(folder) as server:
        assert server.pid
        process = psutil.Process(server.pid)
        assert process.net_connections("inet") == []
        assert [c.laddr for c in process.net_connections("unix") if c.laddr] == [f"{server.sockets}/.s.PGSQL.5432"]


def test_the_application_is_not_a_superuser(folder: Path) -> None:
    with start(folder) as server, psycopg.connect(server.url()) as connection:
        rights = connection.execute(
            "SELECT rolsuper, rolcreaterole, rolcreatedb, rolbypassrls FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        assert rights == (False, False, False, False)


def test_two_supervisors_do_not_share_a_folder(folder: Path) -> None:
    with start(folder) as server:
        with pytest.raises(DatabaseInUse):
            start(folder).start()
        assert read(server) == ["晨钟"]


def test_a_server_that_cannot_start_says_why_at_once(folder: Path) -> None:
    began = time.monotonic()
    with pytest.raises(DatabaseDidNotStart, match="shared_buffers"):
        Postgres(folder, settings={"shared_buffers": "no"}).start()
    assert time.monotonic() - began < 10
    with start(folder) as server:
        assert read(server) == ["晨钟"], "the folder was given back"


def run_as(user: str, what: Callable[[], None]) -> int:
    """Do ``what`` in a forked child that became ``user``; its exit status."""
    child = os.fork()
    if child == 0:
        try:
            account = pwd.getpwnam(user)
            os.setgroups([])
            os.setgid(account.pw_gid)
            os.setuid(account.pw_uid)
            what()
            os._exit(0)
        except BaseException as error:
            print(f"as {user}: {error!r}", file=sys.stderr, flush=True)
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@as_root
def test_an_ordinary_user_makes_and_serves_a_cluster() -> None:
    with tempfile.TemporaryDirectory(prefix="belltower-pg-") as home:
        shutil.chown(home, "nobody")

        def serve() -> None:
            with start(Path(home) / "postgres") as server:
                write(server, "晨钟")
                assert read(server) == ["晨钟"]

        assert run_as("nobody", serve) == 0


def modes(folder: Path) -> list[int]:
    return [stat.S_IMODE(path.stat().st_mode) for path in (folder, folder.parent)]


@as_root
def test_root_serves_from_a_private_folder_and_opens_no_parent(folder: Path) -> None:
    """Inside its user namespace the server is nobody; outside it the folder stays root's, 0700."""
    folder.parent.chmod(0o700)
    folder.chmod(0o700)
    with start(folder) as server:
        assert read(server) == ["晨钟"]
        assert modes(folder) == [0o700, 0o700]


@as_root
def test_root_without_user_namespaces_serves_as_another_account(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Where a container bars unshare: another uid, the same private folder, still no parent opened."""
    monkeypatch.setattr(postgres, "can_unshare", lambda: False)
    home = tmp_path / "private"
    home.mkdir(mode=0o700)
    with start(home / "postgres") as server:
        write(server, "晨钟")
        assert server.pid
        assert psutil.Process(server.pid).uids().effective != 0
        assert modes(home / "postgres") == [0o700, 0o700]
    with start(home / "postgres") as server:
        assert read(server) == ["晨钟"]


@as_root
def test_root_without_user_namespaces_leaves_no_server_when_it_is_killed(tmp_path: Path) -> None:
    """Changing the account clears the parent-death signal; it must be asked for afterwards."""
    kept = Keeper(tmp_path / "postgres", "barred")
    kept.kill()
    wait_until(lambda: is_gone(kept.server))
