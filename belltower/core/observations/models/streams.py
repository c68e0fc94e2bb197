# SPDX-License-Identifier: Apache-2.0
"""Datastreams (数据流): the observations of one property of one thing by one sensor, in one unit."""

from __future__ import annotations

from django.db import models

from belltower.kernel.identity import uuid7

MEASUREMENT = "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement"


class Datastream(models.Model):
    """One stream of readings. It is seen by who sees its asset; without one, by the bureau only.

    ``stream`` names the pack's declaration it was made of ("kind.stream"); ``source`` is who alone may report it, ''
    anybody; after ``stale_after`` without a word it is silent. Since when and until when there are readings stands in
    its Latest row, which the database makes with it.
    """

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    key = models.CharField(max_length=255, null=True, unique=True)
    name = models.TextField()
    description = models.TextField(blank=True)
    observation_type = models.CharField(max_length=200, default=MEASUREMENT)
    unit_name = models.TextField(blank=True)
    unit_symbol = models.TextField(blank=True)
    unit_definition = models.TextField(blank=True)
    thing = models.ForeignKey("observations.Thing", on_delete=models.CASCADE, related_name="datastreams")
    sensor = models.ForeignKey("observations.Sensor", on_delete=models.PROTECT, related_name="datastreams")
    observed_property = models.ForeignKey(
        "observations.ObservedProperty", on_delete=models.PROTECT, related_name="datastreams"
    )
    observed_area = models.JSONField(null=True)
    properties = models.JSONField(default=dict)
    stream = models.CharField(max_length=90, blank=True)
    asset = models.ForeignKey("places.Asset", null=True, on_delete=models.PROTECT, related_name="datastreams")
    source = models.CharField(max_length=120, blank=True)
    stale_after = models.DurationField(null=True)

    class Meta:
        db_table = "observations_datastream"
        ordering = ["id"]
        indexes = [models.Index(fields=["stream", "id"], name="observations_datastream_kind")]

    def __str__(self) -> str:
        return self.name
