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
from belltower.project.first_start import (
    bring_messages,
    demo_logins,
    demo_token,
    hold_exams,
    install_standards,
    prepare_city,
    set_up_desks,
    wake_campaigns,
    wake_senses,
)
from belltower.project.guard.open_door import refuse_beyond_this_machine
from belltower.project.postgres import DatabaseDidNotStart, Postgres
from belltower.project.supervisor import Child, Supervisor, module_command

Say = Callable[[str], None]
Login = tuple[str, str, str]
SERVED_WITHIN_S = 60.0
DATABASE_AGAIN_AFTER_S = 10.0
_PORT_PATIENCE_S = 2.0


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
    # Machines need no token; only on this machine's own address.
    is_open: bool = False

    @property
    def gateway_port(self) -> int:
        return self.port + 1


def run(wishes: Wishes, *, say: Say) -> None:
    """Serve until SIGINT or SIGTERM. Raises PortInUse, NotServed, OpenBeyondThisMachine and the database's refusals."""
    if wishes.is_open:
        refuse_beyond_this_machine(wishes.host)
    for port in (wishes.port, wishes.gateway_port):
        refuse_used_port(wishes.host, port)
    home = installation.read().home
    logs = home / "logs"
    for folder in (logs, home / "static", home / "files"):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with step("database", say), contextlib.ExitStack() as stack:
        server = stack.enter_context(database.running(alone=True))
        rest = stack.pop_all()
    with rest:
        with step("migrations", say):
            database.migrate()
            database.set_up_django()
            database.see_everything()
        with step("city", say):
            prepare_city(wishes.profile, size=wishes.size, is_demo=wishes.is_demo, say=say)
            install_standards(say=say)
            hold_exams(say=say)
            bring_messages(say=say)
            later = _later(wishes, logs, is_sensing=wishes.is_demo and wake_senses(say=say))
            wake_campaigns(say=say)
            set_up_desks(say=say)
        logins = demo_logins()
        token = None if wishes.is_open else demo_token()
        _let_go_of_the_database()
        supervisor = Supervisor(_doors(wishes, logs), say=say, each_round=_keep_database(server, say))
        supervisor.listen_to_signals()
        try:
            _serve(supervisor, wishes, logs, say, later, lambda: _announce(wishes, logins, token, say))
        finally:
            say("stopping 正在停止")
            supervisor.stop()


def _serve(
    supervisor: Supervisor, wishes: Wishes, logs: Path, say: Say, later: list[Child], announce: Callable[[], None]
) -> None:
    deadline = time.monotonic() + SERVED_WITHIN_S
    with step("web, gateway", say):
        supervisor.start()
        is_up = supervisor.watch(lambda: _all_answer(wishes) or time.monotonic() > deadline)
    if is_up and not _all_answer(wishes):
        raise NotServed(seconds=int(SERVED_WITHIN_S), log=logs / "web.log")
    if is_up:
        # After the doors, so that they have the processor to themselves while somebody waits for the first page.
        for child in later:
            supervisor.add(child)
        announce()
        supervisor.watch()


def _doors(wishes: Wishes, logs: Path) -> list[Child]:
    at = ("--host", wishes.host)
    web = module_command("web", *at, "--port", str(wishes.port), "--workers", str(wishes.workers))
    opened = ("--open",) if wishes.is_open else ()
    gateway = module_command("gateway", *at, "--port", str(wishes.gateway_port), *opened)
    return [
        Child("web", web, logs / "web.log", environment=_hosts(wishes.host, wishes.gateway_port)),
        Child("gateway", gateway, logs / "gateway.log"),
    ]


def _later(wishes: Wishes, logs: Path, *, is_sensing: bool) -> list[Child]:
    """What is started once the doors answer: the worker and, in a demo city that has senses, what reports for them."""
    worker = Child("worker", module_command("worker"), logs / "worker.log")
    door = ("--host", _reachable(wishes.host), "--port", str(wishes.gateway_port))
    feeder = Child("feeder", module_command("feeder", *door), logs / "feeder.log")
    return [worker, feeder] if is_sensing else [worker]


def _hosts(host: str, gateway_port: int) -> dict[str, str]:
    """The web answers under the address it listens on, besides those of BELLTOWER_HOSTS; its pages hear of the gateway."""
    chosen = installation.read()
    named = [*chosen.hosts, _reachable(host)]
    live = chosen.live or f"http://{_reachable(host)}:{gateway_port}"
    return {"BELLTOWER_HOSTS": ",".join(dict.fromkeys(named)), "BELLTOWER_LIVE": live}


def _let_go_of_the_database() -> None:
    """The supervisor itself holds no connection: the database may end and come back beneath it."""
    from django.db import connections

    connections.close_all()


def _keep_database(server: Postgres | None, say: Say) -> Callable[[], None]:
    """What looks after the database in each round; one that cannot start (a full disk) is tried again, not given up."""
    not_before = 0.0

    def keep() -> None:
        nonlocal not_before
        if server is None or server.is_running or time.monotonic() < not_before:
            return
        say("the database ended; it is started again")
        try:
            server.ensure_running()
        except DatabaseDidNotStart as refusal:
            say(f"{refusal.say('zh')}\n{refusal.say('en')}")
            not_before = time.monotonic() + DATABASE_AGAIN_AFTER_S

    return keep


def _all_answer(wishes: Wishes) -> bool:
    return all(_answers(wishes.host, port) for port in (wishes.port, wishes.gateway_port))


def _answers(host: str, port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://{_reachable(host)}:{port}/health/live", timeout=1) as answer:  # nosec B310  # our own door, by http
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _reachable(host: str) -> str:
    """An address that reaches ``host`` from this machine."""
    if host in ("0.0.0.0", "::"):  # nosec B104  # compared, not bound
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def refuse_used_port(host: str, port: int) -> None:
    """Raise PortInUse when somebody listens there; the processes of a run that was just killed get a moment to end."""
    deadline = time.monotonic() + _PORT_PATIENCE_S
    while not is_free(host, port):
        if time.monotonic() > deadline:
            raise PortInUse(host=host, port=port)
        time.sleep(0.1)


def is_free(host: str, port: int) -> bool:
    """Whether a server could listen on this port now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError:
            return False
    return True


def _announce(wishes: Wishes, logins: list[Login], token: str | None, say: Say) -> None:
    host = _reachable(wishes.host)
    say("\nBelltower 钟鼓楼")
    say(f"  people   网页  http://{host}:{wishes.port}")
    say(f"  machines 接口  http://{host}:{wishes.gateway_port}")
    if logins:
        say("  demo logins 演示账号 (of the demo city only)")
        for title, name, password in logins:
            say(f"    {name:<16} {password:<16} {title}")
    if wishes.is_open:
        say("  open 开放模式: machines need no token; this machine only 设备上报无需令牌，仅限本机")
    elif token:
        say(f"  machine token 设备令牌 (of the demo city only, for a week)\n    {token}")
    say("Ctrl-C stops everything. 按 Ctrl-C 停止。")


@contextlib.contextmanager
def step(name: str, say: Say) -> Iterator[None]:
    """Say what is being done and how long it took."""
    begun = time.monotonic()
    say(f"{name} ...")
    yield
    say(f"{name}: {time.monotonic() - begun:.1f} s")
