# SPDX-License-Identifier: Apache-2.0
"""`belltower token make|revoke|list`: how machines come in."""

from __future__ import annotations

from datetime import datetime, timedelta

import click

from belltower.kernel.actors import Actor
from belltower.kernel.errors import NotFound
from belltower.kernel.instants import now
from belltower.kernel.texts import Text
from belltower.project import database
from belltower.project.commands.user import party_of

BY = Actor.system("belltower token")


@click.group()
def command() -> None:
    """Tokens of service accounts."""


@command.command()
@click.argument("account")
@click.option("--may", "verbs", multiple=True, default=["view"], show_default=True, help="A verb; may be repeated.")
@click.option("--party", "party_key", help="Act for this party only (its key); else for the whole bureau.")
@click.option("--days", type=click.IntRange(1, 3650), default=365, show_default=True, help="How long it holds.")
def make(account: str, verbs: tuple[str, ...], party_key: str | None, days: int) -> None:
    """Make a token; its secret is shown once and kept nowhere. The account is added when it is new."""
    with database.ready():
        from django.db import transaction

        from belltower.core.access import actions

        with transaction.atomic():
            of = actions.service_account(account, party=party_of(party_key), by=BY)
            scopes = [actions.verb_named(verb) for verb in verbs]
            made = actions.make_token(of, scopes=scopes, expires_at=now() + timedelta(days=days), by=BY, now=now())
        click.echo(f"{made.token.uid}  holds until {made.token.expires_at:%Y-%m-%d}", err=True)
        click.echo(made.secret)


@command.command()
@click.argument("token")
def revoke(token: str) -> None:
    """Refuse a token from now on: its uid, or the first letters of its secret as `list` shows them."""
    with database.ready():
        from belltower.core.access import actions
        from belltower.core.access.models import Token

        found = [one for one in Token.objects.select_related("account") if token in (str(one.uid), one.prefix)]
        if not found:
            raise NotFound(noun=Text(zh="令牌", en="token"), name=token)
        for one in found:
            actions.revoke_token(one, by=BY, now=now())


@command.command("list")
def list_tokens() -> None:
    """All tokens, without their secrets."""
    with database.ready():
        from belltower.core.access.models import Token

        for one in Token.objects.select_related("account"):
            verbs = " ".join(one.scopes)
            until = one.expires_at.date() if one.expires_at else "-"
            used = _minute(one.last_used_at)
            ended = f"  revoked {_minute(one.revoked_at)}" if one.revoked_at else ""
            click.echo(f"{one.uid}  {one.prefix}…  {one.account.name}  [{verbs}]  until {until}  used {used}{ended}")


def _minute(instant: datetime | None) -> str:
    return f"{instant:%Y-%m-%d %H:%MZ}" if instant else "-"
