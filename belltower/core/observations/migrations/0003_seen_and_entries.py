# SPDX-License-Identifier: Apache-2.0
"""Streams and readings are seen with their asset; what people decide on becomes entries of the ledger.

The days of readings have no policy of their own, and nobody but their owner reads them: they are read through the parent.
"""

from django.db import migrations

from belltower.core.ledger.auditing import WriteEntries
from belltower.kernel.row_policies import SEES_ALL, no_policy, policy


def _with(table: str, condition: str) -> str:
    """Seen by who sees everything, and where there is a visible row of ``table`` under ``condition``."""
    return f"{SEES_ALL} OR EXISTS (SELECT FROM {table} WHERE {condition})"


_ASSET, _STREAM = "places_asset a", "observations_datastream d"
SEEN_WITH = {
    "observations_datastream": _with(_ASSET, "a.id = observations_datastream.asset_id"),
    "observations_thing": _with(_ASSET, "a.id = observations_thing.asset_id"),
    "observations_thing_location": _with("observations_thing t", "t.id = observations_thing_location.thing_id"),
    "observations_location": _with("observations_thing_location l", "l.location_id = observations_location.id"),
    "observations_historical_location": _with("observations_thing t", "t.id = observations_historical_location.thing_id"),
    "observations_historical_location_place": _with(
        "observations_historical_location h", "h.id = observations_historical_location_place.historicallocation_id"
    ),
    "observations_sensor": _with(_STREAM, "d.sensor_id = observations_sensor.id"),
    "observations_feature": _with("observations_detail e", "e.feature_id = observations_feature.id"),
    "observations_detail": _with(_STREAM, "d.id = observations_detail.stream"),
    "observations_reading": _with(_STREAM, "d.id = observations_reading.stream"),
    "observations_latest": _with(_STREAM, "d.id = observations_latest.stream"),
    "observations_revision": _with(_STREAM, "d.id = observations_revision.stream"),
}
BUREAU = (
    "observations_count", "observations_refusal_count", "observations_kept_aside", "observations_landing", "observations_batch",
)  # fmt: skip
SEEN = "".join(policy(table, condition) for table, condition in SEEN_WITH.items()) + "".join(
    policy(table, SEES_ALL) for table in BUREAU
)
UNSEEN = "".join(map(no_policy, (*SEEN_WITH, *BUREAU)))
_NAMED = ("uid", "key", "name", "description")


class Migration(migrations.Migration):
    dependencies = [
        ("observations", "0002_days"),
        ("ledger", "0014_beyond_65536"),
        ("places", "0012_stamps_at_once"),
    ]
    operations = [
        migrations.RunSQL(SEEN, UNSEEN),
        WriteEntries("observations_thing", (*_NAMED, "properties", "asset_id")),
        WriteEntries("observations_location", (*_NAMED, "encoding_type", "location", "properties")),
        WriteEntries("observations_thing_location", ("thing_id", "location_id")),
        WriteEntries("observations_sensor", (*_NAMED, "encoding_type", "metadata", "properties")),
        WriteEntries("observations_observed_property", (*_NAMED, "definition", "properties")),
        WriteEntries("observations_feature", (*_NAMED, "encoding_type", "feature", "properties")),
        WriteEntries(
            "observations_datastream",
            (*_NAMED, "observation_type", "unit_name", "unit_symbol", "unit_definition", "thing_id", "sensor_id",
             "observed_property_id", "observed_area", "properties", "stream", "asset_id", "source", "stale_after"),
        ),
        WriteEntries("observations_revision", ("reading", "stream", "at", "what", "row", "was", "recorded_at")),
    ]  # fmt: skip
