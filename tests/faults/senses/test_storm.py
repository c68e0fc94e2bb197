# SPDX-License-Identifier: Apache-2.0
"""kill -9 at random while devices report by every door: each acknowledged reading is stored once, each alarm raised once.

Gateway, worker, bridge, PostgreSQL and Mosquitto are struck. Senders keep logs of their own; the count closes against
them after each run. The seed is printed; BELLTOWER_FAULT_SEED repeats a run's choices (not its exact timing), and
BELLTOWER_FAULT_KEEP leaves the installation's folder, with its logs, to whoever looks for a cause.
"""

from __future__ import annotations

import os
import random
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from belltower.edges.mqtt.tests.broker import MOSQUITTO
from tests.faults.senses.storm import VICTIMS, City, city

pytestmark = [
    pytest.mark.server,
    pytest.mark.xdist_group("installation"),
    pytest.mark.skipif(MOSQUITTO is None, reason="Mosquitto is not installed (`make test` as root installs it)"),
]
RUNS, LONG_RUNS = 3, int(os.environ.get("BELLTOWER_FAULT_RUNS", "50"))
SEED = int(os.environ.get("BELLTOWER_FAULT_SEED") or random.SystemRandom().randrange(10**6))


@pytest.fixture
def town(monkeypatch: pytest.MonkeyPatch) -> Iterator[City]:
    monkeypatch.setenv("BELLTOWER_LIMITS", "off")  # devices of a test send more often than one address may
    folder = Path(tempfile.mkdtemp(prefix="belltower-storm-"))
    with city(folder) as one:
        yield one
    if not os.environ.get("BELLTOWER_FAULT_KEEP"):
        shutil.rmtree(folder)


def test_three_runs_in_which_each_is_struck_lose_nothing(town: City) -> None:
    chance = random.Random(SEED)
    victims = chance.sample(VICTIMS, len(VICTIMS))
    for number in range(RUNS):
        struck = victims[number::RUNS]
        print(f"seed {SEED}, run {number}: {' '.join(struck)}", flush=True)
        began = time.monotonic()
        print(f"  {town.run(chance, struck)}, {time.monotonic() - began:.1f} s", flush=True)


@pytest.mark.long
def test_fifty_runs_of_mixed_load_lose_nothing(town: City) -> None:
    for number in range(LONG_RUNS):
        chance = random.Random(SEED + number)
        struck = chance.choices(VICTIMS, k=chance.randint(2, 5))
        print(f"seed {SEED + number}, run {number}: {' '.join(struck)}", flush=True)
        began = time.monotonic()
        print(f"  {town.run(chance, struck)}, {time.monotonic() - began:.1f} s", flush=True)
