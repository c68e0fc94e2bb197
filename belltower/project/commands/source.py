# SPDX-License-Identifier: Apache-2.0
"""`belltower source check|dry-run|put|run|browse`: sources of readings, by their mappings (docs/guides/mqtt.md)."""

from __future__ import annotations

import signal
import threading
import time
from pathlib import Path

import click

from belltower.kernel.actors import Actor
from belltower.project import database

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def command() -> None:
    """Brokers, controllers and servers that readings come from."""


@command.command()
@click.argument("file", type=FILE)
def check(file: Path) -> None:
    """Read the mapping in FILE and say what is wrong with it, by its line. Needs no database."""
    database.set_up_django()
    from belltower.edges.sources.mapping import read_source

    source = read_source(file.read_text(encoding="utf-8"))
    click.echo(f"{source.key}: {source.kind}, {source.title.say('zh')} {source.title.say('en')}, {source.since}")


@command.command("dry-run")
@click.argument("file", type=FILE)
@click.option("--where", required=True, help="The frame's topic, register or node.")
@click.option("--frame", required=True, type=FILE, help="A file with the frame's bytes.")
def dry_run(file: Path, where: str, frame: Path) -> None:
    """Show what a sample frame would become by the mapping in FILE. Writes nothing."""
    with database.ready():
        from belltower.edges.sources.dry_run import dry_run as would_become
        from belltower.edges.sources.mapping import read_source
        from belltower.edges.sources.readings import Frame

        source = read_source(file.read_text(encoding="utf-8"))
        for one in would_become(source, Frame(where, frame.read_bytes(), time.time_ns() // 1000)):
            wrong = f"  ! {one.trouble.zh} / {one.trouble.en}" if one.trouble else ""
            click.echo(f"{one.stream}  {one.at}  {one.value} {one.unit}  quality {one.quality}{wrong}")


@command.command()
@click.argument("file", type=FILE)
def put(file: Path) -> None:
    """Put the mapping in FILE in force: the workers keep a bridge for it from now on."""
    with database.ready():
        from belltower.edges.sources.actions import put_source

        one = put_source(file.read_text(encoding="utf-8"), by=Actor.system("belltower source put"))
        click.echo(f"{one.key}: revision {one.revision}")


@command.command()
@click.argument("file", type=FILE)
def run(file: Path) -> None:
    """Keep a bridge for the mapping in FILE here, until Ctrl-C; it waits while another process has this source."""
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    with database.ready():
        from belltower.edges.sources.bridge import Bridge
        from belltower.edges.sources.holding import our_address
        from belltower.edges.sources.mapping import read_source

        source = read_source(file.read_text(encoding="utf-8"))
        click.echo(f"{source.key} ...")
        Bridge(source, our_address()).run(stopping)


@command.command()
@click.argument("file", type=FILE)
@click.argument("node", default="i=85")
def browse(file: Path, node: str) -> None:
    """List the children of NODE (else of the Objects folder) of the OPC UA server that FILE names, to pick nodes from."""
    database.set_up_django()
    from belltower.edges.opcua.source import browse as children_of
    from belltower.edges.sources.mapping import read_source

    for one in children_of(read_source(file.read_text(encoding="utf-8")), node):
        click.echo(f"{'value ' if one.is_variable else 'folder'}  {one.id}  {one.name}")
