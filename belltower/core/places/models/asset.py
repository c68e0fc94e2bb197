# SPDX-License-Identifier: Apache-2.0
"""Assets (部件): things that stand or move, as they are now, and every earlier state that a change superseded."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex, GistIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from belltower.core.places.columns import BoxField, WordsField
from belltower.kernel.identity import uuid7
from belltower.kernel.texts import Text


class Life(models.TextChoices):
    PLANNED = "planned", _("Planned")
    BUILDING = "being_built", _("Being built")
    IN_SERVICE = "in_service", _("In service")
    OUT_OF_SERVICE = "out_of_service", _("Out of service")
    RETIRED = "retired", _("Retired")


class Asset(models.Model):
    """One asset as it is known now. The database keeps the row it replaces in AssetPast and refuses to delete.

    ``key`` is the natural key within the kind (the owner's own number); ``code`` is the 17-digit code of GB/T 47678.5.
    ``lon``/``lat`` are a point on the asset in WGS 84 degrees; ``cell`` is that point's Web-Mercator quadkey cell
    (geometry.py), so that a map tile is one range of cells. ``valid_from`` is since when this state is true in the
    world, ``recorded_at`` since when we know.
    """

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=120)
    code = models.CharField(max_length=17, null=True)
    name = models.JSONField(null=True)
    life = models.CharField(max_length=16, choices=Life, default=Life.IN_SERVICE)
    geometry = models.BinaryField(null=True)  # WKB, WGS 84
    box = BoxField(null=True)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    cell = models.BigIntegerField(null=True)
    # Both are held by a check of whole statements (migration 0007), a tenth of the cost of one a row.
    area = models.ForeignKey(
        "places.Area", null=True, on_delete=models.PROTECT, db_constraint=False, related_name="assets"
    )
    owner = models.ForeignKey(
        "places.Party", null=True, on_delete=models.PROTECT, db_constraint=False, related_name="assets"
    )
    fields = models.JSONField(default=dict)
    source = models.CharField(max_length=120, blank=True)
    valid_from = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=120)
    words = WordsField(null=True)

    class Meta:
        db_table = "places_asset"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "key"], name="places_asset_kind_key"),
            models.UniqueConstraint(fields=["code"], condition=models.Q(code__isnull=False), name="places_asset_code"),
        ]
        indexes = [
            GistIndex(fields=["box"], name="places_asset_box"),
            models.Index(fields=["cell"], name="places_asset_cell"),
            # Lists are read page by page in the order of ids: of one kind, and of what changed lately.
            models.Index(fields=["kind", "id"], name="places_asset_kind_id"),
            models.Index(fields=["recorded_at"], name="places_asset_recorded"),
            GinIndex(fields=["words"], name="places_asset_words"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

    @property
    def title(self) -> Text | None:
        return Text.read(self.name) if self.name else None


class AssetPast(models.Model):
    """A state that was replaced: true in the world from ``valid_from``, known from ``recorded_at`` to ``superseded_at``.

    Written by the database itself when an Asset row changes (migration 0002), never by us.
    """

    asset = models.ForeignKey("places.Asset", on_delete=models.PROTECT, related_name="past")
    code = models.CharField(max_length=17, null=True)
    name = models.JSONField(null=True)
    life = models.CharField(max_length=16)
    geometry = models.BinaryField(null=True)
    area_id = models.BigIntegerField(null=True)
    owner_id = models.BigIntegerField(null=True)
    fields = models.JSONField()
    source = models.CharField(max_length=120, blank=True)
    valid_from = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=120)
    superseded_at = models.DateTimeField()

    class Meta:
        db_table = "places_asset_past"
        indexes = [models.Index(fields=["asset", "-recorded_at"], name="places_past_asset")]
