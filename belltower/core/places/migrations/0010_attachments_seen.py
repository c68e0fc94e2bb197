# SPDX-License-Identifier: Apache-2.0
"""An attachment of an asset is seen, and put, by who sees the asset: the policy asks the asset's own."""

from django.db import migrations

SEEN = """
CREATE POLICY attachments_of_assets ON attachments_attachment
    USING (subject_kind = 'places.asset'
           AND EXISTS (SELECT FROM places_asset a WHERE a.uid = attachments_attachment.subject_uid));
"""
UNSEEN = "DROP POLICY attachments_of_assets ON attachments_attachment"


class Migration(migrations.Migration):
    dependencies = [("places", "0009_seen_by_row"), ("attachments", "0002_rows")]
    operations = [migrations.RunSQL(SEEN, UNSEEN)]
