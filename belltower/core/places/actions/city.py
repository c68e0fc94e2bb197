# SPDX-License-Identifier: Apache-2.0
"""Choosing the city of this installation."""

from __future__ import annotations

from django.db import transaction

from belltower.core.places import city
from belltower.core.places.models import City
from belltower.kernel.actors import Actor
from belltower.kernel.city import CityProfile


@transaction.atomic
def use_profile(profile: CityProfile, *, by: Actor) -> City:
    """Put ``profile`` in force for the whole installation. Using the same one again changes nothing."""
    row, _ = City.objects.update_or_create(id=1, defaults={"profile": profile.as_json()})
    city.forget()
    transaction.on_commit(city.forget)
    return row
