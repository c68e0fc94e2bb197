# SPDX-License-Identifier: Apache-2.0
"""`belltower user add|grant|end|password|unlock|link|deactivate|erase|list`: people and the roles they hold."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import click

from belltower.kernel.actors import Actor
from belltower.kernel.errors import NotFound
from belltower.kernel.texts import Text
from belltower.project import database

if TYPE_CHECKING:
    from belltower.core.access.models import User
    from belltower.core.places.models import Area, Party

BY = Actor.system("belltower user")
DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.group()
def command() -> None:
    """People who may sign in, and their roles."""


@command.command()
@click.argument("username")
@click.option("--name", required=True, help="The person's name.")
@click.option("--party", "party_key", help="The key of the party they belong to.")
@click.option("--role", "roles", multiple=True, help="A role held from today on; may be repeated.")
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True, envvar="BELLTOWER_PASSWORD")
def add(username: str, name: str, party_key: str | None, roles: tuple[str, ...], password: str) -> None:
    """Let a person in."""
    with database.ready():
        from django.db import transaction

        from belltower.core.access import actions, people

        with transaction.atomic():
            user = actions.add_user(username, Text.read(name), password=password, party=party_of(party_key), by=BY)
            for role in roles:
                actions.grant(user, actions.role_named(role), valid_from=people.today(), by=BY)
        _tell(user)


@command.command()
@click.argument("username")
@click.argument("role")
@click.option("--from", "since", type=DAY, help="The first day (today).")
@click.option("--until", type=DAY, help="The first day on which it is held no more.")
@click.option("--area", help="The code of the area it holds in (the whole city).")
@click.option("--party", "party_key", help="The key of the party for whose assets it holds (every one's).")
@click.option("--why", default="", help="The document or person that asked for it.")
def grant(
    username: str, role: str, since: datetime | None, until: datetime | None,
    area: str | None, party_key: str | None, why: str,
) -> None:  # fmt: skip
    """Let a person hold a role from a day until another, in an area, for a party."""
    with database.ready():
        from belltower.core.access import actions, people

        user, first = _user(username), since.date() if since else people.today()
        actions.grant(
            user, actions.role_named(role), valid_from=first, valid_until=_day(until),
            area=_area(area), party=party_of(party_key), why=why, by=BY,
        )  # fmt: skip
        _tell(user)


@command.command()
@click.argument("username")
@click.argument("role")
@click.option("--on", type=DAY, help="The first day on which it is held no more (today).")
def end(username: str, role: str, on: datetime | None) -> None:
    """End a role."""
    with database.ready():
        from belltower.core.access import actions, people

        user = _user(username)
        actions.end_grant(user, actions.role_named(role), on=_day(on) or people.today(), by=BY)
        _tell(user)


@command.command()
@click.argument("username")
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True, envvar="BELLTOWER_PASSWORD")
def password(username: str, password: str) -> None:
    """Give a person a new password; their sessions end."""
    with database.ready():
        from belltower.core.access import actions

        actions.set_password(_user(username), password, by=BY)


@command.command()
@click.argument("username")
def deactivate(username: str) -> None:
    """Keep a person out from now on."""
    with database.ready():
        from belltower.core.access import actions

        actions.deactivate(_user(username), by=BY)


@command.command()
@click.argument("username")
@click.option("--yes", is_flag=True, help="Do not ask again.")
def erase(username: str, yes: bool) -> None:
    """Destroy the key of a person's data: name, e-mail, telephone read as erased from now on, for ever."""
    with database.ready():
        from belltower.core.access import personal

        user = _user(username)
        if not yes:
            click.confirm(f"Erase the personal data of {username}? It cannot be brought back.", abort=True)
        is_new = personal.erase(user, by=BY)
        click.echo(f"{username}: {'erased' if is_new else 'was erased before'}")


@command.command()
@click.argument("username")
@click.argument("subject")
def link(username: str, subject: str) -> None:
    """Let somebody in by the identity provider: SUBJECT is their "sub" there, never an address."""
    with database.ready():
        from django.conf import settings

        from belltower.core.access import identities

        provider = settings.BELLTOWER_SIGN_IN.provider
        if provider is None:
            raise click.ClickException("No provider is configured: set BELLTOWER_OIDC_ISSUER.")
        identities.link(_user(username), issuer=provider.issuer, subject=subject, by=BY)


@command.command()
@click.argument("username")
@click.option("--second-factor", is_flag=True, help="Take the second factor off as well.")
def unlock(username: str, second_factor: bool) -> None:
    """Let somebody who was locked out try again at once; they may have lost their phone too."""
    with database.ready():
        from belltower.core.access import lockout
        from belltower.core.access.second_factor import remove

        user = _user(username)
        lockout.lift(user, by=BY)
        if second_factor:
            remove(user, by=BY)


@command.command("list")
def list_users() -> None:
    """Everybody who may sign in, with the roles held today."""
    with database.ready():
        from belltower.core.access import personal
        from belltower.core.access.models import User

        users = list(User.objects.select_related("party"))
        for user, person in zip(users, personal.masked(users), strict=True):
            _tell(user, person.name.say("zh"))


def party_of(key: str | None) -> Party | None:
    """The party of that key; None for None. Raises NotFound."""
    from belltower.core.places.models import Party

    if key is None:
        return None
    found = Party.objects.filter(key=key).first()
    if found is None:
        raise NotFound(noun=Text(zh="责任主体", en="party"), name=key)
    return found


def _area(code: str | None) -> Area | None:
    """The area of that code that is in force; None for None. Raises NotFound."""
    from belltower.core.places.models import Area

    if code is None:
        return None
    found = Area.objects.current().filter(code=code).first()
    if found is None:
        raise NotFound(noun=Text(zh="区域", en="area"), name=code)
    return found


def _user(username: str) -> User:
    from belltower.core.access.models import User

    found = User.objects.filter(username=username).first()
    if found is None:
        raise NotFound(noun=Text(zh="用户", en="user"), name=username)
    return found


def _day(given: datetime | None) -> date | None:
    return given.date() if given else None


def _tell(user: User, name: str | None = None) -> None:
    from belltower.core.access import people

    roles = " ".join(sorted(people.roles_of(user, people.today()))) or "-"
    state = "" if user.is_active else "  (deactivated)"
    click.echo(f"{user.username:<20} {name or user.title.say('zh'):<12} {roles}{state}")
