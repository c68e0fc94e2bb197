# SPDX-License-Identifier: Apache-2.0
"""A saved view may be shared with one party: seen by who sees that party's rows, kept and forgotten by its owner alone."""

import django.db.models.deletion
from django.db import migrations, models

from belltower.core.ledger.auditing import WriteEntries
from belltower.kernel.row_policies import SEES_ALL, VIEWER, of_party

OWN = f"{SEES_ALL} OR owner_uid = {VIEWER}"
SEEN = f"""
ALTER POLICY seen ON places_saved_view
    USING ({OWN}) WITH CHECK ({SEES_ALL} OR (owner_uid = {VIEWER} AND (party_id IS NULL OR {of_party("party_id")})));
CREATE POLICY known ON places_saved_view FOR SELECT USING (party_id IS NOT NULL AND {of_party("party_id")});
"""
UNSEEN = f"""
DROP POLICY known ON places_saved_view;
ALTER POLICY seen ON places_saved_view USING ({OWN}) WITH CHECK ({OWN});
"""


class Migration(migrations.Migration):
    dependencies = [("places", "0013_committees")]
    operations = [
        migrations.AddField(
            "savedview",
            "party",
            models.ForeignKey(
                "places.party", null=True, on_delete=django.db.models.deletion.PROTECT, db_constraint=False, db_index=False,
                related_name="+",
            ),
        ),
        migrations.RunSQL(SEEN, UNSEEN),
        WriteEntries(
            "places_saved_view", ("uid", "page", "name", "query", "owner_uid", "is_shared", "party_id"), version=2
        ),
    ]  # fmt: skip
