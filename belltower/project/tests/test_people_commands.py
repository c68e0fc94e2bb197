# SPDX-License-Identifier: Apache-2.0
"""`belltower user` and `belltower token` on the database of the tests."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from belltower.core.access import actions, lockout, people
from belltower.core.access.models import RoleName, Token, User
from belltower.core.access.rules import Verb
from belltower.core.ledger.master_keys import MasterKeys
from belltower.kernel.errors import NotFound, Refusal
from belltower.project import database
from belltower.project.commands import keys, token, user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def database_is_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands start the city's database; here it is there already."""
    monkeypatch.setattr(database, "ready", contextlib.nullcontext)


def run(command: object, *words: str) -> Result:
    result = CliRunner().invoke(command, words, catch_exceptions=True)  # type: ignore[arg-type]
    if isinstance(result.exception, Refusal):
        raise result.exception
    return result


def test_a_person_is_let_in_with_roles_held_from_today() -> None:
    run(user.command, "add", "li", "--name", "李工", "--role", "desk", "--password", "long enough")
    li = User.objects.get(username="li")
    assert li.check_password("long enough")
    assert people.roles_of(li, people.today()) == {RoleName.DESK}
    run(user.command, "end", "li", "desk")
    run(user.command, "grant", "li", "planner", "--from", "2026-01-01", "--until", "2100-01-01")
    assert people.roles_of(li, people.today()) == {RoleName.PLANNER}
    listed = run(user.command, "list").output
    assert "李*" in listed
    assert "李工" not in listed


def test_a_misspelt_role_lets_nobody_in() -> None:
    with pytest.raises(Refusal, match="mayor"):
        run(user.command, "add", "li", "--name", "李工", "--role", "mayor", "--password", "long enough")
    assert not User.objects.exists()


def test_a_password_is_replaced_and_a_person_kept_out() -> None:
    run(user.command, "add", "li", "--name", "李工", "--password", "long enough")
    run(user.command, "password", "li", "--password", "another long one")
    run(user.command, "deactivate", "li")
    li = User.objects.get(username="li")
    assert (li.is_active, li.check_password("another long one")) == (False, True)
    assert "deactivated" in run(user.command, "list").output
    with pytest.raises(NotFound):
        run(user.command, "password", "wang", "--password", "another long one")


def test_a_token_is_shown_once_opens_the_door_and_is_revoked() -> None:
    made = run(token.command, "make", "lamp register", "--may", "view", "--may", "export")
    secret = made.stdout.strip().splitlines()[-1]
    now = datetime.now(UTC)
    found = actions.authenticate_token(secret, now)
    assert found is not None
    assert found[1] == {Verb.VIEW, Verb.EXPORT}
    listed = run(token.command, "list").output
    assert "lamp register" in listed
    assert secret not in listed
    run(token.command, "revoke", Token.objects.get().prefix)
    assert actions.authenticate_token(secret, datetime.now(UTC)) is None
    assert "revoked" in run(token.command, "list").output


def test_what_is_not_there_is_named() -> None:
    with pytest.raises(NotFound, match="gas"):
        run(token.command, "make", "feed", "--party", "gas")
    with pytest.raises(NotFound, match="bt_x"):
        run(token.command, "revoke", "bt_x")
    with pytest.raises(Refusal, match="fly"):
        run(token.command, "make", "feed", "--may", "fly")


def test_a_persons_data_are_erased_and_stay_so() -> None:
    run(user.command, "add", "li", "--name", "李工", "--password", "long enough")
    assert "erased" in run(user.command, "erase", "li", "--yes").output
    assert User.objects.get(username="li").title.say("zh") == "（已删除）"
    assert "before" in run(user.command, "erase", "li", "--yes").output


def test_a_lock_out_is_lifted() -> None:
    run(user.command, "add", "li", "--name", "李工", "--password", "long enough")
    li, now = User.objects.get(username="li"), datetime.now(UTC)
    lockout.count_failure([lockout.account("li")] * 10, now)
    assert lockout.locked_users([li], now)
    run(user.command, "unlock", "li")
    assert not lockout.locked_users([li], now)


def test_the_master_key_is_rotated_where_it_is_kept_here(tmp_path: Path, settings: Any) -> None:
    settings.BELLTOWER_MASTER_KEYS = MasterKeys(tmp_path / "master-key")
    run(user.command, "add", "li", "--name", "李工", "--password", "long enough")
    assert "1 keys wrapped" in run(keys.command, "rotate").output
    assert "0 keys wrapped" in run(keys.command, "rewrap").output
    assert User.objects.get(username="li").title.say("zh") == "李工"


def test_a_master_key_from_outside_is_not_rotated_here() -> None:
    assert "BELLTOWER_MASTER_KEY" in run(keys.command, "rotate").output
