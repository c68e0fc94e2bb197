# SPDX-License-Identifier: Apache-2.0
"""Areas: city, district, street, community and unit grid (单元网格), a tree with official codes."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex, GistIndex
from django.db import models
from django.db.models import Func, Q
from django.utils.translation import gettext_lazy as _

from belltower.core.places.columns import BoxField, WordsField
from belltower.kernel.identity import uuid7
from belltower.kernel.texts import Text


class AreaLevel(models.TextChoices):
    """Levels from the whole city down; the number of code digits is the GB/T 2260, GB/T 10114 and grid length."""

    CITY = "city", _("City")
    DISTRICT = "district", _("District")
    STREET = "street", _("Street")
    COMMUNITY = "community", _("Community")
    GRID = "grid", _("Unit grid")


class AreaQuerySet(models.QuerySet["Area"]):
    def on(self, day) -> AreaQuerySet:  # type: ignore[no-untyped-def]
        """Areas that were in force on that civil day; validity is half-open."""
        return self.filter(valid_from__lte=day).filter(Q(valid_until=None) | Q(valid_until__gt=day))

    def current(self) -> AreaQuerySet:
        """Areas in force with no end set."""
        return self.filter(valid_until=None)

    def under(self, area: Area) -> AreaQuerySet:
        """The area itself and everything below it in the tree."""
        return self.filter(path__startswith=area.path)


class Area(models.Model):
    """One area as it was from ``valid_from`` until (not including) ``valid_until``.

    ``path`` is the codes from the city down, each ended by a slash, so that "under" is one indexed prefix.
    """

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    code = models.CharField(max_length=20)
    level = models.CharField(max_length=12, choices=AreaLevel)
    name = models.JSONField()
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    path = models.CharField(max_length=120)
    geometry = models.BinaryField(null=True)  # WKB, WGS 84
    box = BoxField(null=True)
    lon = models.FloatField(null=True)  # a point inside, WGS 84 degrees
    lat = models.FloatField(null=True)
    area_m2 = models.FloatField(null=True)
    population = models.PositiveIntegerField(null=True)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    source = models.CharField(max_length=200, blank=True)
    words = WordsField(null=True)

    objects = AreaQuerySet.as_manager()

    class Meta:
        db_table = "places_area"
        ordering = ["code"]
        indexes = [
            models.Index(fields=["path"], name="places_area_path", opclasses=["varchar_pattern_ops"]),
            GistIndex(fields=["box"], name="places_area_box"),
            GinIndex(fields=["words"], name="places_area_words"),
        ]
        constraints = [
            ExclusionConstraint(
                name="places_area_one_at_a_time",
                expressions=[
                    ("code", RangeOperators.EQUAL),
                    (Func("valid_from", "valid_until", function="daterange", output_field=DateRangeField()),
                     RangeOperators.OVERLAPS),
                ],
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    @property
    def title(self) -> Text:
        return Text.read(self.name)

    @property
    def parent_code(self) -> str | None:
        """The code of the area above, as the path has it."""
        return next(iter(self.path.split("/")[-3:-2]), None)
