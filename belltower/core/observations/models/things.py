# SPDX-License-Identifier: Apache-2.0
"""Things (物) that are observed, and where they are and were, as OGC SensorThings 1.1 describes them (8.2.1 to 8.2.3)."""

from __future__ import annotations

from django.contrib.postgres.indexes import GistIndex
from django.db import models

from belltower.core.places.columns import BoxField
from belltower.kernel.identity import uuid7


class Location(models.Model):
    """A place that things have. ``location`` is GeoJSON in WGS 84; ``box`` is kept of it by the database, in degrees."""

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    key = models.CharField(max_length=255, null=True, unique=True)
    name = models.TextField()
    description = models.TextField(blank=True)
    encoding_type = models.CharField(max_length=120, default="application/geo+json")
    location = models.JSONField()
    properties = models.JSONField(default=dict)
    box = BoxField(null=True)

    class Meta:
        db_table = "observations_location"
        ordering = ["id"]
        indexes = [GistIndex(fields=["box"], name="observations_location_box")]

    def __str__(self) -> str:
        return self.name


class Thing(models.Model):
    """What is observed. One that stands for an ``asset`` is seen by who sees the asset; any other by the bureau only."""

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    key = models.CharField(max_length=255, null=True, unique=True)
    name = models.TextField()
    description = models.TextField(blank=True)
    properties = models.JSONField(default=dict)
    asset = models.ForeignKey("places.Asset", null=True, on_delete=models.PROTECT, related_name="things")
    locations = models.ManyToManyField(Location, related_name="things", db_table="observations_thing_location")

    class Meta:
        db_table = "observations_thing"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class HistoricalLocation(models.Model):
    """Where a thing was from ``at`` on, until its next one."""

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    thing = models.ForeignKey(Thing, on_delete=models.CASCADE, related_name="historical_locations")
    at = models.DateTimeField()
    locations = models.ManyToManyField(
        Location, related_name="historical_locations", db_table="observations_historical_location_place"
    )

    class Meta:
        db_table = "observations_historical_location"
        ordering = ["id"]
        indexes = [models.Index(fields=["thing", "at"], name="observations_historical_at")]
