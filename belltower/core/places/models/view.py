# SPDX-License-Identifier: Apache-2.0
"""Saved views: a named set of list filters that a person keeps or shares."""

from __future__ import annotations

from django.db import models

from belltower.kernel.identity import uuid7


class SavedView(models.Model):
    """A list page's query string under a name. Shared ones are seen by everyone of the bureau; those with a ``party`` by its people."""

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    page = models.CharField(max_length=40)
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=1000)
    owner_uid = models.UUIDField()
    is_shared = models.BooleanField(default=False)
    party = models.ForeignKey(
        "places.Party", null=True, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "places_saved_view"
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["page", "owner_uid", "name"], name="places_view_once")]
