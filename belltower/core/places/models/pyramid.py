# SPDX-License-Identifier: Apache-2.0
"""What the database keeps beside the assets so that a map tile is one short read (docs/why/tiles.md).

Nobody writes these but triggers (migration 0004) and tiles.py; all of it can be made anew from the assets.
"""

from __future__ import annotations

from django.db import models


class PyramidCell(models.Model):
    """How many assets of a kind and owner stand in a cell, and the sum of their positions in millionths of a degree.

    ``cell`` is a Web-Mercator quadkey cell of ``level``; ``owner_id`` 0 stands for no owner. Whole numbers, so that
    adding and taking away in any order gives the same.
    """

    pk = models.CompositePrimaryKey("level", "cell", "kind", "owner_id")
    level = models.SmallIntegerField()
    cell = models.BigIntegerField()
    kind = models.CharField(max_length=40)
    owner_id = models.BigIntegerField()
    n = models.BigIntegerField()
    lon = models.BigIntegerField()
    lat = models.BigIntegerField()

    class Meta:
        db_table = "places_pyramid"


class PyramidDelta(models.Model):
    """A change of the finest level that is not folded into the pyramid yet; readers add it to what they read.

    Writers only ever append here, so that two of them never wait for each other.
    """

    cell = models.BigIntegerField()
    kind = models.CharField(max_length=40)
    owner_id = models.BigIntegerField()
    n = models.BigIntegerField()
    lon = models.BigIntegerField()
    lat = models.BigIntegerField()

    class Meta:
        db_table = "places_pyramid_delta"
        indexes = [models.Index(fields=["cell"], name="places_pyramid_delta_cell")]


class Stamp(models.Model):
    """Changes seen in one square of the metric plane; the sum of ``n`` over squares grows with every commit there.

    ``east`` and ``north`` count squares of stamps.SIDE_M from the plane's origin. Several rows of a square add up.
    """

    east = models.IntegerField()
    north = models.IntegerField()
    n = models.BigIntegerField()

    class Meta:
        db_table = "places_stamp"
        indexes = [models.Index(fields=["east", "north"], name="places_stamp_square")]


class StoredTile(models.Model):
    """A tile that was made, for all web processes; unlogged, and the oldest are dropped (``id`` is the order).

    ``scope`` is the key of the scope it was made for: other viewers do not see it.
    """

    key = models.CharField(max_length=64, unique=True)
    version = models.BigIntegerField()
    scope = models.TextField()
    body = models.BinaryField()

    class Meta:
        db_table = "places_stored_tile"
