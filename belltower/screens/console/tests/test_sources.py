# SPDX-License-Identifier: Apache-2.0
"""The pages of sources: put in force, tried, seen with what was kept aside, replayed; by whom may, and nobody else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from belltower.core.observations.models import KeptAside
from belltower.core.observations.storing import Aside, keep_aside
from belltower.edges.sources.models import Source, StandingRow
from belltower.edges.sources.tests.running import asked, make_streams
from belltower.kernel.texts import Text
from belltower.screens.console.tests import scene

pytestmark = pytest.mark.django_db
MAPPING = """source: gas
kind: mqtt
since: 2026-11-23
title: {zh: 燃气, en: Gas}
address: mqtt://broker.example
takes:
  - topic: gas/{device}/up
    streams: [{stream: "gas/{device}", unit: "%", value: ch4, at: t}]
"""
FRAME = b'{"ch4": 1.5, "t": "2026-11-22T08:00:00Z", "old": "name"}'


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(scene.user(username))
    return client


@pytest.fixture
def administrator(city: None) -> Client:
    return signed_in("admin")


@pytest.fixture
def gas(administrator: Client) -> Source:
    answer = administrator.post(reverse("console:source_put"), {"mapping": MAPPING.replace("\n", "\r\n")})
    assert answer.status_code == 302
    return Source.objects.get(key="gas")


def page(client: Client, one: Source, **asked_for: Any) -> str:
    answer = client.get(reverse("console:source", args=[one.uid]), asked_for)
    assert answer.status_code == 200
    return str(answer.content.decode())


def set_aside(*contents: bytes) -> None:
    sentence = Text(zh="映射不对", en="The mapping is not right.")
    frames = [
        Aside("bad_frame", sentence, one, {"where": "gas/d1/up", "bytes": len(one), "received_at": 5})
        for one in contents
    ]
    connection.ensure_connection()
    keep_aside(connection.connection, "gas", frames, received_at=datetime.now(UTC))


def test_a_mapping_put_in_force_is_a_source_without_a_bridge_at_first(administrator: Client, gas: Source) -> None:
    assert (gas.mapping, gas.revision, gas.is_on) == (MAPPING, 1, True)
    listed = administrator.get(reverse("console:sources"), headers={"accept-language": "en"}).content.decode()
    assert "No bridge" in listed
    assert "Gas" in listed


def test_a_wrong_mapping_comes_back_with_its_line_and_changes_nothing(administrator: Client, gas: Source) -> None:
    wrong = MAPPING.replace("kind: mqtt", "kind: lora")
    answer = administrator.post(reverse("console:source_put"), {"mapping": wrong}, headers={"accept-language": "en"})
    assert answer.status_code == 422
    assert "Line 2 of the source&#x27;s mapping" in answer.content.decode()
    assert "kind: lora" in answer.content.decode()
    assert Source.objects.get().mapping == MAPPING


def test_its_state_is_what_the_bridge_told_and_a_silent_bridge_is_none(administrator: Client, gas: Source) -> None:
    now = datetime.now(UTC)
    told = StandingRow.objects.create(
        source="gas",
        state="away",
        since=now,
        holder="host:1",
        told_at=now,
        error={"zh": "连不上", "en": "No route."},
        error_at=now,
    )
    said = page(administrator, gas)
    assert "连不上" in said
    assert "bt-state-failed" in said
    told.told_at = now - timedelta(minutes=1)
    told.save()
    assert "bt-state-dead" in page(administrator, gas)


def test_a_sample_shows_what_it_would_become_and_writes_nothing(administrator: Client, gas: Source) -> None:
    make_streams(["gas/d1"], unit="1")
    tried = {"where": "gas/d1/up", "sample": FRAME.decode()}
    said = administrator.post(reverse("console:source_try", args=[gas.uid]), tried).content.decode()
    assert "gas/d1</span> 0.015 1" in said
    assert "2026-11-22T08:00:00+00:00" in said
    assert asked("SELECT count(*) FROM observations_reading") == [(0,)]


def test_what_was_kept_aside_is_found_by_its_content_and_replayed(administrator: Client, gas: Source) -> None:
    make_streams(["gas/d1"])
    set_aside(FRAME, b'{"methane": 2}')
    assert "methane" in page(administrator, gas)
    assert "methane" not in page(administrator, gas, q="old")
    assert "ch4" in page(administrator, gas, q="OLD")
    said = administrator.post(reverse("console:source_replay", args=[gas.uid])).content.decode()
    assert "methane" in said
    assert asked("SELECT value FROM observations_reading") == [(1.5,)]
    assert KeptAside.objects.filter(replayed_at=None).count() == 1
    assert asked("SELECT count(*) FROM ledger_entry WHERE what = 'sources.replay_frames'") == [(1,)]


def test_a_source_is_switched_off_and_on(administrator: Client, gas: Source) -> None:
    switch = reverse("console:source_switch", args=[gas.uid])
    administrator.post(switch, {"to": "off"})
    assert not Source.objects.get().is_on
    administrator.post(switch, {"to": "on"})
    assert (Source.objects.get().is_on, Source.objects.get().revision) == (True, 3)


def test_who_may_not_manage_jobs_sees_no_source(gas: Source) -> None:
    for username in ("viewer",):
        client = signed_in(username)
        assert client.get(reverse("console:sources")).status_code == 403
        assert client.get(reverse("console:source", args=[gas.uid])).status_code == 403
        assert client.post(reverse("console:source_put"), {"mapping": MAPPING}).status_code == 403
