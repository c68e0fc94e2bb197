# SPDX-License-Identifier: Apache-2.0
"""`belltower standards check|assess|install|judge`: are they right, in force, broken; and the commands that print them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import click

from belltower.core.standards.assessing import assess
from belltower.core.standards.checks import CheckKind
from belltower.core.standards.clauses import Document
from belltower.core.standards.errors import BadStandard
from belltower.core.standards.examples import wrong_examples
from belltower.core.standards.reading import read_document
from belltower.kernel.actors import Actor
from belltower.kernel.instants import civil_day, now
from belltower.kernel.packs import Register
from belltower.packs import register as packs
from belltower.project import database
from belltower.project.printing import outputs

BY = Actor.system("belltower standards")
_FILES = click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.group()
def command() -> None:
    """Written standards: YAML files of clauses, of the installed packs or your own."""


for _output in outputs:
    command.add_command(_output)


@command.command()
@_FILES
def check(files: tuple[Path, ...]) -> None:
    """Read FILES (left out: those of the installed packs) and try every example; the exit status is 1 at a fault.

    Needs no database. A fault is told with its file and line, and with what was probably meant.
    """
    register, faults = packs.discover(), 0
    for file, text in _written(files):
        try:
            document = read_document(text, file=file, register=register)
        except BadStandard as refusal:
            click.echo(f"BAD   {refusal}")
            faults += 1
            continue
        wrong = [*wrong_examples(document, register)]
        for clause, name, found in wrong:
            click.echo(
                f"BAD   {file}, line {clause.line}: {clause.id}, example '{name.say('en')}': came out as {found or 'not meant'}"
            )
        faults += len(wrong)
        examples = sum(len(clause.examples) for clause in document.clauses)
        click.echo(f"{'BAD ' if wrong else 'ok  '}  {file}: {len(document.clauses)} clauses, {examples} examples")
    sys.exit(1 if faults else 0)


@command.command("assess")
@_FILES
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="With the values of that day; left out: of today.")
def assess_all(files: tuple[Path, ...], day: datetime | None) -> None:
    """Where does the city break the clauses of FILES (left out: of the installed packs)? Nothing is written.

    What cannot be known is counted as unknown, never as holding.
    """
    register = packs.discover()
    documents = [read_document(text, file=file, register=register) for file, text in _written(files)]
    with database.ready():
        from belltower.core.places.city import current

        today = day.date() if day else civil_day(now(), current().tz)
        for document in documents:
            click.echo(document.title.say("en"))
            for line in _lines(document, today, register):
                click.echo(line)


def _lines(document: Document, today: date, register: Register) -> Iterator[str]:
    for clause in document.clauses:
        if clause.check.kind is not CheckKind.ATTRIBUTE:
            yield f"  {clause.id}: not assessed here, being of the kind {clause.check.kind}"
            continue
        found = assess(clause, today=today, register=register)
        if found is None:
            yield f"  {clause.id}: not in force on {today}"
            continue
        yield f"  {clause.id}: {found.holds:,} hold, {found.broken:,} broken, {found.unknown:,} unknown"
        if found.first_broken:
            more = (
                f" and {found.broken - len(found.first_broken):,} more"
                if found.broken > len(found.first_broken)
                else ""
            )
            yield f"    broken: {', '.join(found.first_broken)}{more}"


def _written(files: tuple[Path, ...]) -> Iterator[tuple[str, str]]:
    if files:
        return ((str(file), file.read_text(encoding="utf-8")) for file in files)
    return packs.standards(packs.discover())


@command.command()
@_FILES
def install(files: tuple[Path, ...]) -> None:
    """Bring FILES (left out: those of the installed packs) into force, where they are new or changed.

    `belltower run` does so for the packs at every start. Done again, it changes nothing.
    """
    with database.ready():
        from belltower.core.standards.installing import install as install_all

        done = install_all(_written(files), by=BY, now=now())
    click.echo(
        f"{done.in_force:,} in force, {done.unchanged:,} as they were, {done.for_review:,} for review, {done.withdrawn:,} withdrawn"
    )


@command.command()
@click.option("--full", "is_full", is_flag=True, help="The whole city, not only what changed since the last pass.")
def judge(is_full: bool) -> None:
    """Judge the city by the clauses in force, and open and close findings; workers do so by themselves."""
    with database.ready():
        from belltower.core.standards import passes

        done = (passes.full if is_full else passes.incremental)(now=now(), by=BY)
    click.echo(
        f"{done.clauses:,} clauses, {done.subjects:,} subjects, {done.opened:,} findings opened, {done.closed:,} closed"
        f" ({done.seconds:.1f} s)"
    )
