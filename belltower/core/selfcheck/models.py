# SPDX-License-Identifier: Apache-2.0
"""The noun of self-checks: what an enterprise says of one of its assets, by own word."""

from __future__ import annotations

from typing import Any

from django.db import models

from belltower.kernel.identity import uuid7


class OwnWord(models.Model):
    """What ``party`` answered about its asset at an instant. Never changed, never deleted: a later one stands beside it.

    ``fields`` are the answers, as the kind declares them; what was not answered is not in it. ``says`` is what each clause
    said of the asset with those answers laid over the city's record, by the clause's id: ``outcome`` (holds, broken,
    unknown, or null where it is not meant) and the id of the ``revision`` that judged. ``by`` is Actor.reference.

    It is nobody's finding and closes none: the city judges by its own record alone.
    """

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    # Neither is ever deleted, and what is said was looked up.
    asset = models.ForeignKey(
        "places.Asset", on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="own_words"
    )
    party = models.ForeignKey(
        "places.Party", on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="own_words"
    )
    fields = models.JSONField()
    says = models.JSONField()
    by = models.CharField(max_length=120)
    at = models.DateTimeField()

    class Meta:
        db_table = "selfcheck_own_word"
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["party", "asset", "-at"], name="selfcheck_of_party")]

    def __str__(self) -> str:
        return f"{self.uid} {self.at}"

    def of(self, clause: str) -> dict[str, Any] | None:
        """What was said of a clause, by its id; None where it was not asked."""
        said = self.says.get(clause)
        return said if isinstance(said, dict) else None
