# SPDX-License-Identifier: Apache-2.0
"""The bodies of the three long-lived processes: `python -m belltower.project.serve web|gateway|worker ...`."""

from __future__ import annotations

import functools
import importlib
import logging
from typing import Any

import click

from belltower.project.processes import die_with_server

KILL_AFTER_S = 3
_RESPAWN_AFTER_S = 0.5


@click.group()
def serve() -> None:
    """One process of the installation; `belltower run` starts them all."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    # procrastinate logs every turn of a job; the job's own story says it better.
    logging.getLogger("procrastinate").setLevel(logging.WARNING)


@serve.command()
@click.option("--host", required=True)
@click.option("--port", required=True, type=int)
@click.option("--workers", default=2)
def web(host: str, port: int, workers: int) -> None:
    """The people's door: Django, one blocking thread a worker process (measured fastest; docs/decisions)."""
    _granian("belltower.project.wsgi:application", "wsgi", host=host, port=port, workers=workers)


@serve.command()
@click.option("--host", required=True)
@click.option("--port", required=True, type=int)
@click.option("--workers", default=1)
def gateway(host: str, port: int, workers: int) -> None:
    """The machines' door."""
    _granian("belltower.project.gateway.application:application", "asgi", host=host, port=port, workers=workers)


@serve.command()
@click.option("--at-once", default=2, help="Jobs carried side by side.")
def worker(at_once: int) -> None:
    """Carry jobs until told to stop."""
    from belltower.project.database import set_up_django

    set_up_django()
    from belltower.core.jobs.worker import serve as carry_jobs

    carry_jobs(at_once=at_once)


def _granian(target: str, interface: str, *, host: str, port: int, workers: int) -> None:
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
        blocking_threads=1,
        respawn_failed_workers=True,
        respawn_interval=_RESPAWN_AFTER_S,
        workers_kill_timeout=KILL_AFTER_S,
    )
    server.serve(target_loader=functools.partial(_load, target), wrap_loader=False)


def _load(target: str) -> Any:
    """The application, in the server or in a worker of it; a worker dies with its server, by whatever signal."""
    die_with_server()
    module, name = target.split(":")
    return getattr(importlib.import_module(module), name)


if __name__ == "__main__":
    serve()
