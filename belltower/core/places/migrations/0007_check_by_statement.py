# SPDX-License-Identifier: Apache-2.0
"""An asset's area and owner exist: checked once a statement over the distinct values, instead of once a row.

Foreign keys took a quarter of the time of an import. The check is as strong, because areas and parties are never
deleted: that is now refused by the database as well.
"""

import django.db.models.deletion
from django.db import migrations, models

CHECK = """
CREATE FUNCTION places_check_references() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE missing bigint;
BEGIN
    SELECT owner_id INTO missing FROM (SELECT DISTINCT owner_id FROM fresh WHERE owner_id IS NOT NULL) AS named
        WHERE NOT EXISTS (SELECT FROM places_party p WHERE p.id = named.owner_id) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'no party has the id % that an asset names as its owner', missing USING ERRCODE = '23503';
    END IF;
    SELECT area_id INTO missing FROM (SELECT DISTINCT area_id FROM fresh WHERE area_id IS NOT NULL) AS named
        WHERE NOT EXISTS (SELECT FROM places_area a WHERE a.id = named.area_id) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'no area has the id % that an asset names', missing USING ERRCODE = '23503';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER places_check_inserted AFTER INSERT ON places_asset REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION places_check_references();
CREATE TRIGGER places_check_updated AFTER UPDATE ON places_asset REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION places_check_references();
CREATE TRIGGER places_never_delete BEFORE DELETE ON places_area FOR EACH STATEMENT EXECUTE FUNCTION places_never_delete();
CREATE TRIGGER places_never_delete BEFORE DELETE ON places_party FOR EACH STATEMENT EXECUTE FUNCTION places_never_delete();
"""
FORGET = """
DROP TRIGGER places_never_delete ON places_party;
DROP TRIGGER places_never_delete ON places_area;
DROP TRIGGER places_check_updated ON places_asset;
DROP TRIGGER places_check_inserted ON places_asset;
DROP FUNCTION places_check_references;
"""


def reference(to: str) -> models.ForeignKey:
    return models.ForeignKey(
        db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="assets", to=to
    )


class Migration(migrations.Migration):
    dependencies = [("places", "0006_index_pages")]
    operations = [
        migrations.AlterField("asset", "area", reference("places.area")),
        migrations.AlterField("asset", "owner", reference("places.party")),
        migrations.RunSQL(CHECK, FORGET),
    ]
