# SPDX-License-Identifier: Apache-2.0
"""Choosing the city of this installation."""

from __future__ import annotations

from django.db import transaction

from belltower.core.ledger.entries import action
from belltower.core.places import city
from belltower.core.places.models import Area, Asset, City
from belltower.kernel.actors import Actor
from belltower.kernel.city import CityProfile
from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text


class PlaneInUse(Refusal):
    """Areas or assets already have their boxes in the old plane; in another one they would stand elsewhere."""

    code = "plane_in_use"
    sentence = Text(
        zh="“{old}”的区域或部件已经按其米制平面入库，不能改用“{new}”的平面。另一座城市请另建安装（设置 BELLTOWER_HOME）。",
        en="Areas or assets of {old} already stand in its metric plane, so the plane of {new} cannot take its place. "
        "Give another city an installation of its own (set BELLTOWER_HOME).",
    )


@action("places.use_profile")
def use_profile(profile: CityProfile, *, by: Actor) -> City:
    """Put ``profile`` in force for the whole installation; the same one again changes nothing.

    Raises PlaneInUse where areas or assets are there and the metric plane would change under them.
    """
    row = City.objects.select_for_update().first()
    if row and row.profile == profile.as_json():
        return row
    if row and row.profile["plane"] != profile.plane and (Area.objects.exists() or Asset.objects.exists()):
        raise PlaneInUse(old=Text.read(row.profile["name"]), new=profile.name)
    row, _ = City.objects.update_or_create(id=1, defaults={"profile": profile.as_json()})
    city.forget()
    transaction.on_commit(city.forget)
    return row
