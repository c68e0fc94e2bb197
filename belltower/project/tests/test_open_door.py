# SPDX-License-Identifier: Apache-2.0
"""`belltower run --open` serves machines without tokens, and on an address of this machine only."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from belltower.core.access import actions
from belltower.core.access.rules import Verb
from belltower.demo import city
from belltower.project import running
from belltower.project.first_start import demo_token
from belltower.project.guard.open_door import OpenBeyondThisMachine, refuse_beyond_this_machine
from belltower.project.serve import serve


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "localhost"])
def test_a_loopback_address_may_be_open(host: str) -> None:
    refuse_beyond_this_machine(host)


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "", "192.0.2.7", "2001:db8::1", "no such host", "0", "127.0.0.1.example.invalid"]
)
def test_no_other_address_may(host: str) -> None:
    with pytest.raises(OpenBeyondThisMachine):
        refuse_beyond_this_machine(host)


def test_a_run_that_would_be_open_to_others_does_not_begin() -> None:
    """Before a port is looked at or a database started."""
    with pytest.raises(OpenBeyondThisMachine):
        running.run(running.Wishes(host="0.0.0.0", is_open=True), say=print)


@pytest.mark.django_db
def test_the_demo_city_prints_a_token_and_a_real_one_never(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each start prints a new one; the one before is good no more."""
    assert demo_token() is None
    monkeypatch.setattr(city, "is_demo", lambda: True)
    first, second = demo_token(), demo_token()
    assert first
    assert second
    found = actions.authenticate_token(second, datetime.now(UTC))
    assert found
    assert found[1] == {Verb.VIEW, Verb.EDIT, Verb.SENSE}
    assert actions.authenticate_token(first, datetime.now(UTC)) is None


def test_neither_does_the_gateways_own_process() -> None:
    result = CliRunner().invoke(serve, ["gateway", "--host", "0.0.0.0", "--port", "1", "--open"])
    assert isinstance(result.exception, OpenBeyondThisMachine)
