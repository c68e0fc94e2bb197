# SPDX-License-Identifier: Apache-2.0
"""`belltower run`: the whole installation in one command."""

from __future__ import annotations

import click

from belltower.project.running import Wishes, run


@click.command("run")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, help="Port of the people's door; the machines' is the next.")
@click.option("--profile", default="hengyang", show_default=True, help="City profile used at the first start.")
@click.option(
    "--size",
    default="town",
    show_default=True,
    type=click.Choice(["town", "city", "mega"]),
    help="Size of the demo city.",
)
@click.option("--workers", default=2, show_default=True, help="Web processes.")
@click.option("--demo/--no-demo", default=True, show_default=True, help="Build the demo city when there is none yet.")
@click.option("--open", "is_open", is_flag=True, help="Let machines in without tokens; on a loopback address only.")
def command(host: str, port: int, profile: str, size: str, workers: int, demo: bool, is_open: bool) -> None:
    """Serve the city: database, web, gateway and worker; Ctrl-C stops all of it."""
    wishes = Wishes(host=host, port=port, profile=profile, size=size, workers=workers, is_demo=demo, is_open=is_open)
    run(wishes, say=click.echo)
