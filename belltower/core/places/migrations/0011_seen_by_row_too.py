# SPDX-License-Identifier: Apache-2.0
"""Parties, responsibilities, saved views, loads and what they kept aside are seen by scope as well.

Areas, the city, codes and numbering are public, and have no rows that are anybody's.
"""

from django.db import migrations

from belltower.kernel.row_policies import SEES_ALL, VIEWER, no_policy, of_party, policy

# Public bodies act for everybody; of others one knows one's own. Written by the bureau only.
PARTY = f"kind IN ('regulator', 'territorial_government') OR {of_party('id')}"
RESPONSIBILITY = "party_id IN (SELECT p.id FROM places_party p)"
BUREAU = ("places_load", "places_kept_aside", "places_mapping")
SEEN = (
    policy("places_party", SEES_ALL)
    + policy("places_party", PARTY, for_="SELECT", name="known")
    + policy("places_responsibility", SEES_ALL)
    + policy("places_responsibility", RESPONSIBILITY, for_="SELECT", name="known")
    # Also a shared view: what the bureau shares may name anybody.
    + policy("places_saved_view", f"{SEES_ALL} OR owner_uid = {VIEWER}")
    + "".join(policy(table, SEES_ALL) for table in BUREAU)
)
# Room is made among all tiles, whoever asks for it.
FORGET = """
CREATE FUNCTION places_forget_tiles(up_to bigint) RETURNS void LANGUAGE sql
    SECURITY DEFINER SET search_path = public, pg_temp AS 'DELETE FROM places_stored_tile WHERE id <= up_to';
"""
UNSEEN = (
    no_policy("places_party", "seen", "known")
    + no_policy("places_responsibility", "seen", "known")
    + "".join(map(no_policy, ("places_saved_view", *BUREAU)))
)


class Migration(migrations.Migration):
    dependencies = [("places", "0010_attachments_seen")]
    operations = [
        migrations.RunSQL(SEEN, UNSEEN),
        migrations.RunSQL(FORGET, "DROP FUNCTION places_forget_tiles"),
    ]
