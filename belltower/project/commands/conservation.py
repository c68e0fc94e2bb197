# SPDX-License-Identifier: Apache-2.0
"""`belltower conservation`: whether every reading that came is stored, was there already, or was refused for a reason."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from belltower.kernel.errors import Unreadable
from belltower.project import database

if TYPE_CHECKING:
    from belltower.core.observations.conservation import Against, HourCount
    from belltower.core.observations.proving import Unproved

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_WAYS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]


@click.command()
@click.option("--since", type=click.DateTime(_WAYS), help="From this hour on, UTC. Left out: the last 24 hours.")
@click.option("--against", type=FILE, multiple=True, help="A sender's own log (CSV or JSON lines: source, hour, sent).")
@click.option("--rows", is_flag=True, help="Read the stored batches again and compare their digests; takes a while.")
def command(since: datetime | None, against: tuple[Path, ...], rows: bool) -> None:
    """By source and hour: received = stored + duplicates + refused. The exit status is 1 when it does not close."""
    begin = since.replace(tzinfo=UTC) if since else datetime.now(UTC) - timedelta(days=1)
    with database.ready():
        from belltower.core.observations import conservation, proving

        sent = [one for path in against for one in conservation.read_log(_lines(path))]
        counts = conservation.counted(min([begin, *(one.hour for one in sent)]))
        compared = conservation.compare(sent, counts)
        wrong = proving.check_batches(begin, datetime.now(UTC)) if rows else []
    shown = [one for one in counts if one.hour >= begin - timedelta(hours=1)]
    _tell(shown, compared, wrong)
    closes = all(one.closes for one in shown) and all(one.closes for one in compared) and not wrong
    click.echo("It closes. 收支平衡。" if closes else "It does not close. 收支不平衡。")
    sys.exit(0 if closes else 1)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Unreadable(what=path, reason=f"{type(error).__name__}: {error}") from None


def _tell(counts: list[HourCount], compared: list[Against], wrong: list[Unproved]) -> None:
    click.echo(
        f"{'source':24} {'hour (UTC)':16} {'received':>12} {'stored':>12} {'duplicates':>11} {'refused':>9} {'late':>9}"
    )
    for one in counts:
        numbers = f"{one.received:12,} {one.stored:12,} {one.duplicates:11,} {one.refused:9,} {one.late:9,}"
        click.echo(f"{one.source:24} {one.hour:%Y-%m-%d %H:%M} {numbers}{'' if one.closes else '  !'}")
        for reason, refused in sorted(one.reasons.items()):
            click.echo(f"{'':41}   refused, {reason}: {refused:,}")
        if one.due:
            click.echo(f"{'':41}   polls: {one.due:,} due, {one.answered:,} answered, {one.timed_out:,} timed out")
        if one.stored != one.in_batches:
            click.echo(f"{'':41}   the stored batches hold {one.in_batches:,} rows")
    for each in compared:
        verdict = "closes" if each.closes else f"{each.lost:,} lost, {each.unsent:,} never sent"
        click.echo(f"{each.source:24} sent {each.sent:,} by its own log, received {each.received:,}: {verdict}")
    for bad in wrong:
        click.echo(f"batch {bad.batch}: {bad.expected:,} rows were stored, {bad.found:,} are there, or they differ")
