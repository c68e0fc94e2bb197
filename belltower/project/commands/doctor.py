# SPDX-License-Identifier: Apache-2.0
"""`belltower doctor`: what is wrong with this installation, and how to mend it."""

from __future__ import annotations

import json
import sys

import click

from belltower.project.doctor import backups, data, files, ledger, place, program, sources
from belltower.project.doctor.finding import Finding, Verdict, examine
from belltower.project.running import Wishes

_SIGNS = {Verdict.FINE: "fine ", Verdict.NOTE: "note ", Verdict.WRONG: "WRONG"}


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="One JSON list, for programs.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Where `belltower run` listens.")
@click.option("--port", default=8000, show_default=True, help="Its port for people; the machines' is the next.")
def command(as_json: bool, host: str, port: int) -> None:
    """Check this installation; the exit status is 1 when something is wrong."""
    found = examine(
        (
            program.python, program.packages, program.front_end, program.translations, program.browser,
            place.home, place.secret, place.secret_files, place.disk, place.clock, lambda: place.ports(Wishes(host=host, port=port)),
            data.database_folder, data.database_state, backups.backups, ledger.ledger_state, files.attachments_state,
            sources.sources_state, sources.mosquitto_settings,
        )
    )  # fmt: skip
    click.echo(json.dumps([one.as_json() for one in found], ensure_ascii=False) if as_json else _table(found))
    sys.exit(1 if any(one.verdict is Verdict.WRONG for one in found) else 0)


def _table(found: list[Finding]) -> str:
    lines = []
    for one in found:
        lines.append(f"{_SIGNS[one.verdict]}  {one.check:<18}{one.saw}")
        if one.mend:
            lines.append(f"{'':25}→ {one.mend}")
    return "\n".join(lines)
