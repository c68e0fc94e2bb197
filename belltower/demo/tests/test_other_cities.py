# SPDX-License-Identifier: Apache-2.0
"""A demo that was cut off, and the demo of the second city."""

import pytest

from belltower.core.places.models import Area, Asset
from belltower.demo import city
from tests.scenes.quiet_street import QuietStreet

pytestmark = pytest.mark.django_db


def test_a_demo_that_was_cut_off_is_known_to_be_unfinished(
    quiet_street: QuietStreet,
) -> None:
    assert not city.is_unfinished()
    Area.objects.update(source=city.OUTLINE_SOURCE)
    assert city.is_unfinished()


def test_washington_gets_wards_and_neighbourhoods_and_no_assets() -> None:
    report = city.build(profile="washington")
    assert (report.areas.created, Area.objects.filter(level="district").count()) == (1 + 8 + 30, 8)
    assert not Asset.objects.exists()
