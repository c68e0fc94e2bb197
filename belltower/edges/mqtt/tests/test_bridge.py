# SPDX-License-Identifier: Apache-2.0
"""With a real Mosquitto: what the broker took is stored exactly once, whoever is killed or restarted in between."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from belltower.core.observations.models import KeptAside
from belltower.edges.mqtt.tests.broker import MOSQUITTO, Broker
from belltower.edges.sources.actions import put_source, replay
from belltower.edges.sources.tests.running import (
    BridgeProcess,
    asked,
    counts,
    make_streams,
    standing,
    stored_count,
    wait_until,
)  # fmt: skip
from belltower.kernel.actors import Actor

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.server,
    pytest.mark.skipif(MOSQUITTO is None, reason="Mosquitto is not installed (`make test` as root installs it)"),
]
DEVICES, EACH = 20, 100
BY = Actor.system("tests")
Start = Callable[..., BridgeProcess]


def mapping(port: int) -> str:
    return f"""
source: gas
kind: mqtt
since: 2026-11-23
address: mqtt://127.0.0.1:{port}
takes:
  - topic: gas/{{device}}/up
    streams:
      - {{stream: "gas/{{device}}/methane", unit: "1", value: ch4, at: t, at_in: ms}}
"""


def messages(first: int, last: int) -> list[tuple[str, bytes]]:
    """Of each device, the readings from ``first`` to before ``last``, a second apart."""
    start = int(datetime(2026, 11, 22, 8, tzinfo=UTC).timestamp() * 1000)
    return [
        (f"gas/d{device}/up", json.dumps({"ch4": number / EACH, "t": start + number * 1000}).encode())
        for number in range(first, last)
        for device in range(DEVICES)
    ]


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    made = Broker(tmp_path / "broker")
    yield made
    made.stop()


@pytest.fixture
def bridge(tmp_path: Path) -> Iterator[Start]:
    with ExitStack() as stack:

        def start(text: str) -> BridgeProcess:
            made = BridgeProcess(text, tmp_path / "bridge")
            stack.callback(made.kill)
            return made

        yield start


@pytest.fixture
def streams(transactional_db: None) -> None:
    make_streams([f"gas/d{device}/methane" for device in range(DEVICES)])


def connected() -> bool:
    return standing("gas")[0] == "connected"


def test_a_bridge_killed_in_the_middle_loses_nothing_and_stores_nothing_twice(
    broker: Broker, bridge: Start, streams: None
) -> None:
    first = bridge(mapping(broker.port))
    wait_until(connected, "the bridge is connected")
    sent: list[int] = []
    publishing = threading.Thread(target=lambda: sent.append(broker.publish(messages(0, EACH))))
    publishing.start()
    wait_until(lambda: stored_count() > 0, "something is stored")
    first.kill()
    publishing.join(60)
    assert sent == [DEVICES * EACH]
    bridge(mapping(broker.port))
    wait_until(lambda: stored_count() == DEVICES * EACH, "all are stored")
    received, stored, duplicates, refused = counts("gas")
    assert (stored, refused) == (DEVICES * EACH, 0)
    assert received == stored + duplicates
    # Nought to one became nought to a hundred: the streams are declared in per cent.
    assert asked("SELECT max(value), count(DISTINCT (stream, at)) FROM observations_reading") == [
        (99.0, DEVICES * EACH)
    ]


def test_a_broker_that_restarts_is_found_again_and_what_it_kept_arrives(
    broker: Broker, bridge: Start, streams: None
) -> None:
    bridge(mapping(broker.port))
    wait_until(connected, "the bridge is connected")
    broker.publish(messages(0, 10))
    wait_until(lambda: stored_count() == 10 * DEVICES, "the first are stored")
    broker.stop()
    wait_until(lambda: standing("gas")[0] == "away", "the bridge says that the broker is away")
    broker.start()
    broker.publish(messages(10, 20))
    wait_until(lambda: stored_count() == 20 * DEVICES, "those after the restart are stored")
    assert counts("gas")[3] == 0


def test_the_other_bridge_takes_over_within_ten_seconds(broker: Broker, bridge: Start, streams: None) -> None:
    first = bridge(mapping(broker.port))
    wait_until(connected, "the first is connected")
    holder = standing("gas")[1]
    second = bridge(mapping(broker.port))
    bridges = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'belltower bridge gas'"
    wait_until(lambda: asked(bridges) == [(2,)], "the second waits for the lock")
    broker.publish(messages(0, 5))
    wait_until(lambda: stored_count() == 5 * DEVICES, "the first stores")
    assert standing("gas")[1] == holder
    assert second.process.poll() is None
    first.kill()
    broker.publish(messages(5, 10))
    assert wait_until(lambda: stored_count() == 10 * DEVICES, "the second stores") < 10
    assert standing("gas")[1] != holder
    # What the first had committed and not acknowledged yet came again, and was not stored again.
    received, stored, duplicates, refused = counts("gas")
    assert (stored, refused, received) == (10 * DEVICES, 0, stored + duplicates)


def test_what_cannot_be_read_is_kept_and_replayed_when_the_mapping_is_right(
    broker: Broker, bridge: Start, streams: None
) -> None:
    text = mapping(broker.port)
    wrong = put_source(text.replace("value: ch4", "value: methane"), by=BY)
    running = bridge(wrong.mapping)
    wait_until(connected, "the bridge is connected")
    at = b'{"t": 1795392000000, "ch4": 0.5'
    told = broker.publish(
        [("gas/d0/up", at + b"}"), ("gas/d1/up", b"\xff\xfe"), ("gas/d99/up", at + b', "methane": 1}')]
    )
    wait_until(lambda: KeptAside.objects.count() == told, "all three are kept aside")
    assert counts("gas") == (3, 0, 0, 3)
    running.stop()
    again = replay(put_source(text, by=BY), None, by=BY, now=datetime.now(UTC))
    assert (again.taken, again.still_aside, again.stored) == (1, 2, 1)
    assert asked("SELECT value FROM observations_reading") == [(50.0,)]
    assert sorted(KeptAside.objects.filter(replayed_at=None).values_list("reason", flat=True)) == [
        "bad_frame",
        "unknown_stream",
    ]
    assert counts("gas") == (3, 0, 0, 3)


def test_a_steady_value_is_stored_now_and_then_only_and_the_count_closes(
    broker: Broker, bridge: Start, streams: None
) -> None:
    text = mapping(broker.port).replace("at_in: ms", "at_in: ms, dead_band: 0.5, at_least_every: PT20S")
    bridge(text)
    wait_until(connected, "the bridge is connected")
    broker.publish(messages(0, 50))
    wait_until(lambda: counts("gas")[0] == 50 * DEVICES, "all are counted")
    received, stored, duplicates, refused = counts("gas")
    assert (stored, duplicates) == (3 * DEVICES, 0)  # at 0, 20 and 40 s
    assert received == stored + refused
    assert asked("SELECT reason, sum(refused) FROM observations_refusal_count GROUP BY 1") == [("dead_band", refused)]
