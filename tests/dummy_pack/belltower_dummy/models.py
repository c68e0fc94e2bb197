# SPDX-License-Identifier: Apache-2.0
"""A table that only this pack has."""

from django.db import models


class Note(models.Model):
    """A remark about an asset."""

    asset = models.ForeignKey("places.Asset", on_delete=models.PROTECT, related_name="dummy_notes")
    text = models.CharField(max_length=200)

    class Meta:
        db_table = "dummy_note"
