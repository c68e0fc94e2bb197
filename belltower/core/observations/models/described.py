# SPDX-License-Identifier: Apache-2.0
"""Sensors, observed properties and features of interest: what a datastream and an observation refer to."""

from __future__ import annotations

from django.db import models

from belltower.kernel.identity import uuid7


class Sensor(models.Model):
    """The instrument, or the procedure. ``metadata`` is a text or an object, in its ``encoding_type``."""

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    key = models.CharField(max_length=255, null=True, unique=True)
    name = models.TextField()
    description = models.TextField(blank=True)
    encoding_type = models.CharField(max_length=120, default="text/html")
    metadata = models.JSONField(default=str)
    properties = models.JSONField(default=dict)

    class Meta:
        db_table = "observations_sensor"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class ObservedProperty(models.Model):
    """What is measured; ``definition`` is the address of its definition. Public: it says nothing of anybody's things."""

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    key = models.CharField(max_length=255, null=True, unique=True)
    name = models.TextField()
    definition = models.TextField(blank=True)
    description = models.TextField(blank=True)
    properties = models.JSONField(default=dict)

    class Meta:
        db_table = "observations_observed_property"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class Feature(models.Model):
    """A feature of interest: of what something was measured. ``feature`` is GeoJSON in WGS 84."""

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    key = models.CharField(max_length=255, null=True, unique=True)
    name = models.TextField()
    description = models.TextField(blank=True)
    encoding_type = models.CharField(max_length=120, default="application/geo+json")
    feature = models.JSONField()
    properties = models.JSONField(default=dict)

    class Meta:
        db_table = "observations_feature"
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name
