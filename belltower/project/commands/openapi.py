# SPDX-License-Identifier: Apache-2.0
"""`belltower openapi`: writes the API's document to docs/reference, unless a client could stumble over the change."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import click


@click.command()
@click.option("--to", type=click.Path(path_type=Path), default=None, help="Another file than docs/reference.")
def command(to: Path | None) -> None:
    """Write the OpenAPI document of this version. Refuses a change that is not additive, and names it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "belltower.project.settings")
    import django

    django.setup()
    from belltower.screens.api import contract
    from belltower.screens.api.api import api

    path = to or contract.COMMITTED
    document = api.get_openapi_schema(path_prefix="api/")
    faults = contract.breaks(json.loads(path.read_text()), document) if path.exists() else []
    for fault in faults:
        click.echo(fault, err=True)
    if faults:
        click.echo("Not written: /api/v1 changes additively only (docs/reference/api.md).", err=True)
        sys.exit(1)
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
    click.echo(f"Wrote {len(document['paths'])} addresses to {path}.")
