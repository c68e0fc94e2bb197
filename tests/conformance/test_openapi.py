# SPDX-License-Identifier: Apache-2.0
"""Every operation of the API against its own document, by schemathesis: no server error, no answer that was not told.

The same cases are made at every run (derandomised), so that a failure can be repeated.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from belltower.core.alarms.models import Alarm
from belltower.core.alarms.tests.plant import detector, enabled
from belltower.core.cases.models import Case
from belltower.project.wsgi import application
from belltower.screens.api.tests.scene import Street, as_token, bureau, street
from tests.scenes.cased import cased

__all__ = ["as_token", "bureau", "street"]

pytestmark = pytest.mark.django_db
DOCUMENT = schemathesis.openapi.from_wsgi("/api/openapi.json", application)
OPERATIONS = {one.ok().label: one.ok() for one in DOCUMENT.get_all_operations()}
CASES = 8  # of each kind, for each operation
PROMISES = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
REPEATABLE = settings(
    max_examples=CASES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """Requests share the test's transaction: the server's care for old connections would end it."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def alarm(street: Street) -> Alarm:
    """An alarm of the lamp that was raised once."""
    made = enabled(detector(street.lamp))
    Alarm.objects.update(raised_at=made.definition.changed_at)
    return made


@pytest.mark.parametrize("label", OPERATIONS)
def test_what_fits_is_answered_as_described(label: str, bureau: Client, street: Street, alarm: Alarm) -> None:
    """Half of the cases are about things that are there, so that answers and not only refusals are checked."""

    @REPEATABLE
    @given(case=OPERATIONS[label].as_strategy(), is_real=st.booleans())
    def walk(case: schemathesis.Case, is_real: bool) -> None:
        if is_real:
            _make_real(case, street, alarm)
        _call(case, bureau, PROMISES)

    walk()


@pytest.mark.parametrize("label", OPERATIONS)
def test_what_does_not_fit_is_refused_and_breaks_nothing(
    label: str, bureau: Client, street: Street, alarm: Alarm
) -> None:
    mode = schemathesis.GenerationMode.NEGATIVE
    try:
        cases = OPERATIONS[label].as_strategy(generation_mode=mode)
        cases.validate()
    except Exception as error:  # an operation without parameters cannot be called wrongly
        pytest.skip(f"nothing can be wrong: {error}")

    @REPEATABLE
    @given(case=cases, is_real=st.booleans())
    def walk(case: schemathesis.Case, is_real: bool) -> None:
        if is_real:  # perhaps nothing is wrong any more, but what is wrong reaches further in
            _make_real(case, street, alarm)
        _call(case, bureau, PROMISES if is_real else [*PROMISES, checks.negative_data_rejection])

    walk()


@pytest.mark.parametrize("label", OPERATIONS)
def test_nothing_is_answered_without_a_door_key(label: str, street: Street) -> None:
    @settings(REPEATABLE, max_examples=3)
    @given(case=OPERATIONS[label].as_strategy())
    def walk(case: schemathesis.Case) -> None:
        for headers in ({}, {"Authorization": "Bearer bt_guess"}, {"Authorization": "Basic x"}):
            assert case.call(headers=headers).status_code == 401

    walk()


def test_a_method_that_an_address_has_not_is_refused(bureau: Client) -> None:
    for path in {one.path for one in OPERATIONS.values()}:
        nobody = "0190b8a0-0000-7000-8000-000000000000"
        address = path.format(uid=nobody, case=nobody, code="430405", name="street_light")
        for method in ("DELETE", "PUT", "TRACE", "QUERY"):
            answer = bureau.generic(method, address)
            told = (answer.status_code, answer["Content-Type"], bool(answer["Allow"]))
            assert told == (405, "application/problem+json", True), f"{method} {path}"


def _make_real(case: schemathesis.Case, street: Street, alarm: Alarm) -> None:
    """Let the case be about something on the street, or its alarm."""
    thing: dict[str, Any] = {
        "assets": street.lamp.uid, "parties": street.gas.uid, "alarms": alarm.uid, "alarm-definitions": alarm.definition.uid,
        "cases": _case(street),
    }  # fmt: skip
    room = case.path.split("/")[3]
    uid = str(thing.get(room, street.lamp.uid))
    real = {"uid": uid, "case": uid, "code": "430405", "name": "street_light"}
    for name in case.path_parameters or {}:
        case.path_parameters[name] = real[name]
    if case.method == "PATCH":
        case.headers["If-Match"] = "*"


def _case(street: Street) -> UUID:
    """A case of the lamp, made once."""
    found = Case.objects.filter(asset=street.lamp).first()
    return found.uid if found else UUID(cased(street.lamp, "lights")[0]["case"])


def _call(case: schemathesis.Case, client: Client, promises: list[Any]) -> None:
    answer = case.call(headers={"Authorization": client.defaults["HTTP_AUTHORIZATION"]})
    case.validate_response(answer, checks=promises)
