# SPDX-License-Identifier: Apache-2.0
"""What `belltower run` does: database, first start, three kinds of process, and the addresses to open."""

from __future__ import annotations

import contextlib
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text
from belltower.project import database, installation
from belltower.project.first_start import demo_logins, prepare_city
from belltower.project.postgres import Postgres
from belltower.project.supervisor import Child, Supervisor, module_command

Say = Callable[[str], None]
SERVED_WITHIN_S = 60.0


class PortInUse(Refusal):
    """Another program listens on a port that we need."""

    code = "port_in_use"
    sentence = Text(
        zh="端口 {port}（{host}）已被其他程序占用。请停止该程序，或用 --port 指定其他端口。",
        en="Port {port} on {host} is used by another program. Stop that one, or choose another with --port.",
    )


class NotServed(Refusal):
    """The processes run but nothing is served."""

    code = "not_served"
    sentence = Text(
        zh="网页入口 {seconds} 秒内没有响应。日志在 {log}。",
        en="The web door did not answer within {seconds} s. Its log is {log}.",
    )


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was asked for on the command line."""

    host: str = "127.0.0.1"
    port: int = 8000
    profile: str = "hengyang"
    size: str = "town"
    workers: int = 2
    is_demo: bool = True

    @property
    def gateway_port(self) -> int:
        return self.port + 1


def run(wishes: Wishes, *, say: Say) -> None:
    """Serve until SIGINT or SIGTERM. Raises PortInUse, NotServed and the database's refusals."""
    for port in (wishes.port, wishes.gateway_port):
        refuse_used_port(wishes.host, port)
    logs = installation.read().home / "logs"
    with step("database", say), contextlib.ExitStack() as stack:
        server = stack.enter_context(database.running())
        rest = stack.pop_all()
    with rest:
        with step("migrations", say):
            database.migrate()
        prepare_city(wishes.profile, size=wishes.size, is_demo=wishes.is_demo, say=say)
        supervisor = Supervisor(_children(wishes, logs), say=say, each_round=_keep_database(server, say))
        supervisor.listen_to_signals()
        try:
            _serve(supervisor, wishes, logs, say)
        finally:
            say("stopping")
            supervisor.stop()


def _serve(supervisor: Supervisor, wishes: Wishes, logs: Path, say: Say) -> None:
    deadline = time.monotonic() + SERVED_WITHIN_S
    with step("web, gateway, worker", say):
        supervisor.start()
        is_up = supervisor.watch(lambda: _all_answer(wishes) or time.monotonic() > deadline)
    if is_up and not _all_answer(wishes):
        raise NotServed(seconds=int(SERVED_WITHIN_S), log=logs / "web.log")
    if is_up:
        _announce(wishes, say)
        supervisor.watch()


def _children(wishes: Wishes, logs: Path) -> list[Child]:
    at = ("--host", wishes.host)
    web = module_command("web", *at, "--port", str(wishes.port), "--workers", str(wishes.workers))
    gateway = module_command("gateway", *at, "--port", str(wishes.gateway_port))
    return [
        Child("web", web, logs / "web.log"),
        Child("gateway", gateway, logs / "gateway.log"),
        Child("worker", module_command("worker"), logs / "worker.log"),
    ]


def _keep_database(server: Postgres | None, say: Say) -> Callable[[], None]:
    def keep() -> None:
        if server and server.ensure_running():
            say("database ended; started again")

    return keep


def _all_answer(wishes: Wishes) -> bool:
    return all(_answers(wishes.host, port) for port in (wishes.port, wishes.gateway_port))


def _answers(host: str, port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://{_reachable(host)}:{port}/health/live", timeout=1) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _reachable(host: str) -> str:
    """An address that reaches ``host`` from this machine."""
    if host in ("0.0.0.0", "::"):
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def refuse_used_port(host: str, port: int) -> None:
    """Raise PortInUse when somebody listens on this port already."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            raise PortInUse(host=host, port=port) from None


def _announce(wishes: Wishes, say: Say) -> None:
    host = _reachable(wishes.host)
    say(
        f"\nBelltower 钟鼓楼 is up.\n  people    http://{host}:{wishes.port}\n  machines  http://{host}:{wishes.gateway_port}"
    )
    logins = demo_logins()
    if logins:
        say("  demo logins (the demo city only; a real city has none of them):")
        for role, name, password in logins:
            say(f"    {role:<28} {name:<12} {password}")
    say("Ctrl-C stops everything.")


@contextlib.contextmanager
def step(name: str, say: Say) -> Iterator[None]:
    """Say what is being done and how long it took."""
    begun = time.monotonic()
    say(f"{name} ...")
    yield
    say(f"{name}: {time.monotonic() - begun:.1f} s")
