# SPDX-License-Identifier: Apache-2.0
"""The demo's simulated residents: said to be simulated, classified as taught, and some of them not clear."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest

from belltower.core.messages.models import Batch, Message
from belltower.core.messages.tests.board import put_areas_of_two
from belltower.demo import messages

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


@pytest.mark.django_db
def test_residents_of_the_demo_write_once_and_say_that_they_are_simulated() -> None:
    put_areas_of_two()
    taken = messages.bring(NOW)
    assert taken == Message.objects.count() > 400
    assert messages.bring(NOW) == 0
    assert Batch.objects.get().file == "simulated-messages.csv"
    assert not Message.objects.exclude(number__startswith="SIM").exists()
    assert Message.objects.filter(subject="建议", is_unsure=True).count() == 3
    lamps = Message.objects.filter(subject__endswith="路灯不亮")
    assert {one.label for one in lamps} == {"城乡建设/市政公用/路灯照明"}


@pytest.mark.django_db
def test_the_same_residents_write_each_time() -> None:
    put_areas_of_two()
    first, again = (list(messages.rows(random.Random(3), ["蒸湘区"], NOW)) for _ in range(2))
    assert first == again
    assert all(row[4] < "2026-11-20 13" for row in first)
