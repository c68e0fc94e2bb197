# SPDX-License-Identifier: Apache-2.0
"""Loads: a file of areas or assets on its way into the city, the mapping it used, and the rows kept aside."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from belltower.kernel.identity import uuid7


class LoadState(models.TextChoices):
    UPLOADED = "uploaded", _("Uploaded")
    READY = "ready", _("Ready to load")
    LOADING = "loading", _("Loading")
    LOADED = "loaded", _("Loaded")
    FAILED = "failed", _("Failed")


class Mapping(models.Model):
    """A saved way of reading files of one shape: which column is what. Proposed again when the columns match."""

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    name = models.CharField(max_length=120, unique=True)
    target = models.CharField(max_length=40)  # an asset kind, or "areas"
    columns = models.JSONField()  # the columns of the file it was made for
    rules = models.JSONField()  # loading.mapping.ColumnMapping as JSON
    saved_by = models.CharField(max_length=120)
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "places_mapping"
        ordering = ["name"]


class Load(models.Model):
    """One file being loaded, or loaded: by whom, how, and what came of it."""

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    target = models.CharField(max_length=40)
    file_name = models.CharField(max_length=255)
    stored_as = models.CharField(max_length=400)  # relative to the installation's home
    digest = models.CharField(max_length=64)
    crs = models.CharField(max_length=20)
    rules = models.JSONField(null=True)
    state = models.CharField(max_length=12, choices=LoadState, default=LoadState.UPLOADED)
    is_dry_run = models.BooleanField(default=False)
    job_uid = models.UUIDField(null=True)
    by = models.CharField(max_length=120)
    made_at = models.DateTimeField(auto_now_add=True)
    report = models.JSONField(null=True)  # loading.report.LoadReport as JSON

    class Meta:
        db_table = "places_load"
        ordering = ["-id"]


class KeptAside(models.Model):
    """One row that could not be read, as it stood, with its number in the file and the reason."""

    load = models.ForeignKey(Load, on_delete=models.PROTECT, related_name="kept_aside")
    row_number = models.BigIntegerField()
    reason = models.JSONField()
    row = models.JSONField()

    class Meta:
        db_table = "places_kept_aside"
        ordering = ["load", "row_number"]
        indexes = [models.Index(fields=["load", "row_number"], name="places_kept_aside_row")]
