# SPDX-License-Identifier: Apache-2.0
"""Of what a stream's readings tell that do not say so themselves: kept once for all of them, not once a reading."""

from __future__ import annotations

from django.db import models


class DefaultFeature(models.Model):
    """From the reading ``from_id`` on, readings of ``stream`` are of ``feature``, until a later row says otherwise.

    SensorThings makes the feature from where the thing is (8.2.7); it moves seldom, and reports often.
    """

    stream = models.ForeignKey(
        "observations.Datastream", on_delete=models.CASCADE, db_column="stream", db_index=False, related_name="features"
    )
    from_id = models.BigIntegerField()
    feature = models.ForeignKey("observations.Feature", on_delete=models.CASCADE, related_name="defaults")

    class Meta:
        db_table = "observations_default_feature"
        constraints = [models.UniqueConstraint(fields=["stream", "from_id"], name="observations_default_feature_from")]
