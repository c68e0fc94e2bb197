# SPDX-License-Identifier: Apache-2.0
"""Identifiers in the order of time, and the name under which the system itself acts."""

from __future__ import annotations

from uuid import RFC_4122, UUID

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from belltower.kernel.actors import Actor, ActorKind
from belltower.kernel.identity import uuid7, uuid7_many

instants_ms = st.integers(0, 2**48 - 1)


@given(at_ms=instants_ms)
def test_a_uuid_has_the_bits_of_version_7_and_its_instant(at_ms: int) -> None:
    found = uuid7(at_ms=at_ms)
    assert (found.version, found.variant) == (7, RFC_4122)
    assert found.int >> 80 == at_ms


@given(at_ms=instants_ms, count=st.integers(0, 50))
def test_many_uuids_have_the_same_bits_and_are_all_different(at_ms: int, count: int) -> None:
    rows = uuid7_many(count, at_ms=at_ms)
    found = [UUID(bytes=row.tobytes()) for row in rows]
    assert rows.shape == (count, 16)
    assert rows.dtype == np.uint8
    assert all((one.version, one.variant, one.int >> 80) == (7, RFC_4122, at_ms) for one in found)
    assert len(set(found)) == count


@given(earlier=instants_ms, later=instants_ms)
def test_a_later_uuid_sorts_after_an_earlier_one(earlier: int, later: int) -> None:
    """As text too, which is how databases and lists of files sort them."""
    if earlier < later:
        assert uuid7(at_ms=earlier) < uuid7(at_ms=later)
        assert str(uuid7(at_ms=earlier)) < str(uuid7(at_ms=later))


def test_without_an_instant_it_is_of_now() -> None:
    assert abs((uuid7().int >> 80) - (UUID(bytes=uuid7_many(1)[0].tobytes()).int >> 80)) < 60_000
    assert uuid7() != uuid7()


def test_the_system_acts_under_the_name_of_its_room() -> None:
    actor = Actor.system("places.load")
    assert (actor.kind, actor.name, actor.uid) == (ActorKind.SYSTEM, "places.load", None)
