# SPDX-License-Identifier: Apache-2.0
"""What the fields of an asset are after a source has spoken of some of them (bulk.py)."""

from django.db import migrations

# `spoken` are the fields the source speaks of (NULL: all): those it gives no value are forgotten, the others stay.
# What was given in another unit (`_given`) stays as long as the value it stands for stays.
MAKE = """
CREATE FUNCTION places_fields_after(old jsonb, said jsonb, spoken text[]) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE plain jsonb; given jsonb;
BEGIN
    plain := (CASE WHEN spoken IS NULL THEN '{}' ELSE (old - '_given') - spoken END) || (said - '_given');
    IF NOT (old ? '_given' OR said ? '_given') THEN
        RETURN plain;
    END IF;
    SELECT coalesce(jsonb_object_agg(key, value), '{}') INTO given
        FROM jsonb_each(coalesce(old -> '_given', '{}')) WHERE plain -> key = old -> key;
    given := given || coalesce(said -> '_given', '{}');
    RETURN CASE WHEN given = '{}' THEN plain ELSE plain || jsonb_build_object('_given', given) END;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("places", "0004_keep_the_pyramid")]
    operations = [migrations.RunSQL(MAKE, "DROP FUNCTION places_fields_after")]
