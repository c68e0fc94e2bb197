# SPDX-License-Identifier: Apache-2.0
"""Frames that were refused are found again, and taken when what reads them was mended."""

from __future__ import annotations

import json
from typing import Any

import pytest

from belltower.core.observations.aside import kept_aside, replay
from belltower.core.observations.batches import Batch
from belltower.core.observations.conservation import counted
from belltower.core.observations.models import KeptAside
from belltower.core.observations.storing import Aside, keep_aside
from belltower.core.observations.tests.senses import NOON, batch, raw, readings, streams
from belltower.kernel.actors import Actor
from belltower.kernel.errors import Unreadable
from belltower.kernel.texts import Text

pytestmark = pytest.mark.django_db
BY = Actor.system("tests")
SENTENCE = Text(zh="没有值", en="there is no value")


def _keep(*frames: bytes, source: str = "yard", **about: Any) -> None:
    keep_aside(raw(), source, [Aside("no_value", SENTENCE, one, about) for one in frames], received_at=NOON)


def test_frames_are_found_by_what_they_say() -> None:
    _keep(b'{"v": 1}', b"\xff\x00", topic="pump/1")
    _keep(b"else", source="gate")
    assert [bytes(one.frame) for one in kept_aside(words='"v"')] == [b'{"v": 1}']
    assert kept_aside(words="pump/1").count() == 2
    assert kept_aside(source="gate", reason="no_value", since=NOON, waiting_only=True).count() == 1
    assert kept_aside(until=NOON).count() == 0


def test_replayed_frames_are_stored_once_and_counted_apart() -> None:
    [one] = streams(1)
    _keep(b'{"w": 5}', b"nonsense", b'{"w": 6}')

    def reads(frame: KeptAside) -> Batch:
        try:
            said = json.loads(bytes(frame.frame))
        except ValueError:
            raise Unreadable(what="frame", reason="no JSON") from None
        return batch((one, said["w"], said["w"]))

    first = replay(kept_aside(), reads, by=BY, now=NOON)
    assert (first.taken, first.still_aside, first.stored) == (2, 1, 2)
    again = replay(kept_aside(), reads, by=BY, now=NOON)
    assert (again.taken, again.still_aside, again.stored) == (0, 1, 0)
    assert readings() == [(one, 5, 5.0), (one, 6, 6.0)]
    by_source = {one.source: (one.received, one.stored, one.refused, one.closes) for one in counted(NOON)}
    assert by_source == {"yard": (3, 0, 3, True), "yard.replay": (2, 2, 0, True)}
    assert kept_aside(waiting_only=True).count() == 1
