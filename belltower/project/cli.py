# SPDX-License-Identifier: Apache-2.0
"""The command line: `belltower ...`. Each command is a module of project/commands, loaded when it is called."""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys

import click

from belltower.kernel.errors import Refusal
from belltower.project import commands


class Commands(click.Group):
    """Finds commands by the name of their module, so that `belltower --help` imports little."""

    def list_commands(self, context: click.Context) -> list[str]:
        return sorted(module.name for module in pkgutil.iter_modules(commands.__path__))

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in self.list_commands(context):
            return None
        command: click.Command = importlib.import_module(f"{commands.__name__}.{name}").command
        return command


@click.command(cls=Commands)
def belltower() -> None:
    """Belltower 钟鼓楼: run, load and look after a city."""


def main() -> None:
    """Entry point. A refusal is printed as its sentence in both languages and ends with status 1."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "belltower.project.settings")
    try:
        belltower.main(prog_name="belltower")
    except Refusal as refusal:
        click.echo(f"{refusal.say('zh')}\n{refusal.say('en')}  [{refusal.code}]", err=True)
        sys.exit(1)
