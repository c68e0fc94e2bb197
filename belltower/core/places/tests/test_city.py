# SPDX-License-Identifier: Apache-2.0
"""The city of this installation: chosen once, seen by everyone, changed without a restart."""

from __future__ import annotations

import pytest

from belltower.core.places import city
from belltower.core.places.actions.city import use_profile
from belltower.kernel.actors import Actor

pytestmark = pytest.mark.django_db
BY = Actor.system("test")


def test_without_a_city_the_refusal_says_how_to_choose_one() -> None:
    with pytest.raises(city.NoCityChosen, match="belltower city use hengyang"):
        city.current()


@pytest.mark.parametrize("name", ["hengyang", "washington"])
def test_a_ready_profile_comes_back_as_it_was_chosen(name: str) -> None:
    chosen = city.load_profile(name)
    use_profile(chosen, by=BY)
    assert city.current() == chosen


def test_another_city_chosen_by_this_process_shows_at_once() -> None:
    for name in ("hengyang", "washington"):
        use_profile(city.load_profile(name), by=BY)
        assert city.current() == city.load_profile(name)
        assert city.plane().definition == city.current().plane
