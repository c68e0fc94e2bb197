# SPDX-License-Identifier: Apache-2.0
"""`belltower attachments check|tidy|scan`: what the store holds against what the rows name."""

from __future__ import annotations

import sys

import click

from belltower.core.attachments import checking
from belltower.core.attachments.checking import Checked
from belltower.kernel.actors import Actor
from belltower.kernel.instants import now
from belltower.kernel.texts import Text
from belltower.project import database

BY = Actor.system("belltower attachments")
_WHY = Text(zh="病毒检查", en="a scan")


@click.group()
def command() -> None:
    """Files beside assets."""


@command.command()
def check() -> None:
    """Read every content again and compare its digest; the exit status is 1 when one is missing or changed."""
    with database.ready():
        found = _checked()
    for digest in found.missing:
        click.echo(f"missing   {digest}")
    for digest in found.changed:
        click.echo(f"changed   {digest}")
    for one in found.left_over:
        click.echo(f"left over {one.digest} {one.size} bytes")
    click.echo(f"{found.named} contents, {found.reread} read again", err=True)
    sys.exit(1 if found.missing or found.changed else 0)


@command.command()
def tidy() -> None:
    """Take away contents that no row names, and what killed uploads left."""
    with database.ready():
        from belltower.core.attachments.keeping import keeping
        from belltower.core.attachments.stores import store

        click.echo(f"{checking.tidy(_checked(reread=False), store(), keeping().folder)} taken away")


@command.command()
def scan() -> None:
    """Ask for a scan of everything that no scanner has cleared, as after a scanner was set."""
    with database.ready():
        from belltower.core.attachments.actions import ask_to_prepare
        from belltower.core.attachments.models import Attachment, Scan, State

        rows = Attachment.objects.filter(state=State.KEPT, scan__in=(Scan.NONE, Scan.WAITING))
        for row in rows.iterator():
            ask_to_prepare(row, by=BY, why=_WHY)
        click.echo(f"{rows.count()} jobs asked for")


def _checked(*, reread: bool = True) -> Checked:
    """The store against the rows of this installation."""
    from belltower.core.attachments.keeping import keeping
    from belltower.core.attachments.stores import store
    from belltower.project.doctor.files import named_contents

    return checking.check(named_contents(), store(), keeping().folder, now=now(), most_bytes=None if reread else 0)
