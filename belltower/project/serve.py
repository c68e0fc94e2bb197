# SPDX-License-Identifier: Apache-2.0
"""The bodies of the three long-lived processes: `python -m belltower.project.serve web|gateway|worker ...`."""

from __future__ import annotations

import functools
import importlib
import logging.config
import os
import shutil
import signal
import threading
from typing import Any

import click

from belltower.project import installation
from belltower.project.guard.open_door import OPEN, refuse_beyond_this_machine
from belltower.project.processes import die_with_server
from belltower.project.watch import logs

KILL_AFTER_S = 3
THREADS = 2
"""Of a worker process of the people's door: while one waits for the disk at its commit, another works."""
_RESPAWN_AFTER_S = 0.5


@click.group()
def serve() -> None:
    """One process of the installation; `belltower run` starts them all."""
    # procrastinate logs every turn of a job; the job's own story says it better: the root is at WARNING.
    logging.config.dictConfig(logs.configuration(installation.read().log))


@serve.command()
@click.option("--host", required=True)
@click.option("--port", required=True, type=int)
@click.option("--workers", default=2)
def web(host: str, port: int, workers: int) -> None:
    """The people's door: Django, THREADS blocking threads a worker process (docs/decisions/0156)."""
    _measure_together("web")
    _granian("belltower.project.wsgi:application", "wsgi", host=host, port=port, workers=workers, threads=THREADS)


@serve.command()
@click.option("--host", required=True)
@click.option("--port", required=True, type=int)
@click.option("--workers", default=1)
@click.option("--open", "is_open", is_flag=True, help="Serve without tokens, on an address of this machine only.")
def gateway(host: str, port: int, workers: int, is_open: bool) -> None:
    """The machines' door."""
    if is_open:
        refuse_beyond_this_machine(host)
    # Never by an environment that was left over: only who says so here opens the door.
    os.environ[OPEN] = "1" if is_open else "0"
    _measure_together("gateway")
    _granian("belltower.project.gateway.application:application", "asgi", host=host, port=port, workers=workers)


@serve.command()
@click.option("--at-once", default=2, help="Jobs carried side by side.")
def worker(at_once: int) -> None:
    """Carry jobs until told to stop."""
    from belltower.project.database import see_everything, set_up_django

    set_up_django()
    see_everything()
    from belltower.core.jobs.worker import serve as carry_jobs

    carry_jobs(at_once=at_once)


@serve.command()
@click.option("--host", required=True)
@click.option("--port", required=True, type=int)
def feeder(host: str, port: int) -> None:
    """The demo city's sensors: report through the machines' door until told to stop."""
    from belltower.project.database import see_everything, set_up_django

    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    set_up_django()
    see_everything()
    from belltower.demo.feeder import feed

    feed(host, port, stopping)


def _granian(target: str, interface: str, *, host: str, port: int, workers: int, threads: int = 1) -> None:
    from granian import Granian
    from granian.constants import Interfaces

    # Loaded here once, so that the workers that granian forks have it at once and share its memory.
    _load(target)
    server = Granian(
        target,
        address=host,
        port=port,
        interface=Interfaces(interface),
        workers=workers,
        blocking_threads=threads,
        respawn_failed_workers=True,
        respawn_interval=_RESPAWN_AFTER_S,
        workers_kill_timeout=KILL_AFTER_S,
        log_dictconfig=logs.configuration(installation.read().log),
    )
    server.serve(target_loader=functools.partial(_load, target), wrap_loader=False)


def _measure_together(door: str) -> None:
    """Let the worker processes of this door add up what they measure, in a folder that is empty at the start.

    prometheus_client chooses how it counts when it is imported, so this comes before the application is loaded.
    """
    folder = installation.read().home / "run" / f"metrics-{door}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


def _load(target: str) -> Any:
    """The application, in the server or in a worker of it; a worker dies with its server, by whatever signal."""
    die_with_server()
    module, name = target.split(":")
    return getattr(importlib.import_module(module), name)


if __name__ == "__main__":
    serve()
