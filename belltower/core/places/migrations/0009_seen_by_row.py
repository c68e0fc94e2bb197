# SPDX-License-Identifier: Apache-2.0
"""Rows are seen by scope: row-level security on assets, their past, their counts and the tiles made of them.

What the database keeps by itself (the past, counts, stamps) it keeps as the owner of the tables, whoever writes: the
application cannot write there, and a writer who sees little counts right all the same.
"""

from django.db import migrations, models

from belltower.kernel.row_policies import (
    ANY_AREA,
    IN_SCOPE,
    SEES_ALL,
    in_area,
    no_policy,
    of_kind,
    of_party,
    policy,
    seen,
)

AS_OWNER = "SECURITY DEFINER SET search_path = public, pg_temp"
KEPT = (
    "places_fold_pyramid()", "places_fold_stamps()", "places_fold_after(bigint, bigint)", "places_count_inserted()",
    "places_count_updated()", "places_rebuild_pyramid()", "places_check_references()", "places_keep_past()",
)  # fmt: skip
KEEP = "".join(f"ALTER FUNCTION {each} {AS_OWNER};\n" for each in KEPT)
KEEP_NO_MORE = "".join(f"ALTER FUNCTION {each} SECURITY INVOKER RESET search_path;\n" for each in KEPT)

ASSET = seen(of_party("owner_id"), in_area("area_id"), of_kind("kind"))
# A state from when another party owned the asset, or when it lay elsewhere, stays with that party and place.
PAST_STATE = seen(
    of_party("owner_id"),
    in_area("area_id"),
    "EXISTS (SELECT FROM places_asset a WHERE a.id = places_asset_past.asset_id)",
)
# Cells are not cut along areas: for a viewer of some areas, assets are counted one by one (pyramid.py).
COUNTS = seen(of_party("owner_id"), ANY_AREA, of_kind("kind"))
TILE = f"{SEES_ALL} OR scope = {IN_SCOPE}"
SEEN = (
    policy("places_asset", ASSET)
    + policy("places_asset", "true", to="belltower_writer", name="merged")
    + policy("places_asset_past", PAST_STATE, for_="SELECT")
    + policy("places_pyramid", COUNTS, for_="SELECT")
    + policy("places_pyramid_delta", COUNTS, for_="SELECT")
    + policy("places_stored_tile", TILE)
)
UNSEEN = no_policy("places_asset", "seen", "merged") + "".join(
    map(no_policy, ("places_asset_past", "places_pyramid", "places_pyramid_delta", "places_stored_tile"))
)


class Migration(migrations.Migration):
    dependencies = [("places", "0008_entries")]
    operations = [
        migrations.RunSQL("DELETE FROM places_stored_tile", migrations.RunSQL.noop),  # they can all be made again
        migrations.AddField("storedtile", "scope", models.TextField(default=""), preserve_default=False),
        migrations.RunSQL(KEEP, KEEP_NO_MORE),
        migrations.RunSQL(SEEN, UNSEEN),
    ]
