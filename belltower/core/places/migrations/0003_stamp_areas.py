# SPDX-License-Identifier: Apache-2.0
"""A stamp that changes with every committed change of an area, so that each process knows when to index anew.

A random value, not a counter: a process that indexed inside a transaction which was rolled back must not take
another's change for its own.
"""

from django.db import migrations

STAMP = """
CREATE TABLE places_area_stamp (
    id smallint PRIMARY KEY DEFAULT 1 CHECK (id = 1),
    stamp uuid NOT NULL DEFAULT gen_random_uuid()
);
INSERT INTO places_area_stamp DEFAULT VALUES;
CREATE FUNCTION places_stamp_areas() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE places_area_stamp SET stamp = gen_random_uuid();
    RETURN NULL;
END $$;
CREATE TRIGGER places_stamp_areas AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON places_area
    FOR EACH STATEMENT EXECUTE FUNCTION places_stamp_areas();
"""
FORGET = """
DROP TRIGGER places_stamp_areas ON places_area;
DROP FUNCTION places_stamp_areas;
DROP TABLE places_area_stamp;
"""


class Migration(migrations.Migration):
    dependencies = [("places", "0002_keep_the_past")]
    operations = [migrations.RunSQL(STAMP, FORGET)]
