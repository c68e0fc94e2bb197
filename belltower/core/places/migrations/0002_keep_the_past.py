# SPDX-License-Identifier: Apache-2.0
"""The database keeps every replaced state of an asset and refuses to delete one, whoever writes."""

from django.db import migrations

KEEP = """
CREATE FUNCTION places_keep_past() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.kind, OLD.key, OLD.uid) IS DISTINCT FROM (NEW.kind, NEW.key, NEW.uid) THEN
        RAISE EXCEPTION 'the kind, key and uid of an asset never change (asset %)', OLD.uid;
    END IF;
    IF (OLD.code, OLD.name, OLD.life, OLD.geometry, OLD.owner_id, OLD.fields, OLD.valid_from)
       IS NOT DISTINCT FROM (NEW.code, NEW.name, NEW.life, NEW.geometry, NEW.owner_id, NEW.fields, NEW.valid_from) THEN
        RETURN NEW;  -- only what is derived changed: area, cell, words
    END IF;
    IF NEW.recorded_at <= OLD.recorded_at THEN
        RAISE EXCEPTION 'a changed asset needs a later recorded_at (asset %)', OLD.uid;
    END IF;
    INSERT INTO places_asset_past (asset_id, code, name, life, geometry, area_id, owner_id, fields, source,
                                   valid_from, recorded_at, recorded_by, superseded_at)
    VALUES (OLD.id, OLD.code, OLD.name, OLD.life, OLD.geometry, OLD.area_id, OLD.owner_id, OLD.fields, OLD.source,
            OLD.valid_from, OLD.recorded_at, OLD.recorded_by, NEW.recorded_at);
    RETURN NEW;
END $$;
CREATE TRIGGER places_keep_past BEFORE UPDATE ON places_asset FOR EACH ROW EXECUTE FUNCTION places_keep_past();

CREATE FUNCTION places_never_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'nothing is deleted here (%): retire it instead', TG_TABLE_NAME;
END $$;
CREATE TRIGGER places_never_delete BEFORE DELETE ON places_asset FOR EACH STATEMENT EXECUTE FUNCTION places_never_delete();
CREATE TRIGGER places_never_delete BEFORE UPDATE OR DELETE ON places_asset_past
    FOR EACH STATEMENT EXECUTE FUNCTION places_never_delete();
"""
FORGET = """
DROP TRIGGER places_never_delete ON places_asset_past;
DROP TRIGGER places_never_delete ON places_asset;
DROP FUNCTION places_never_delete;
DROP TRIGGER places_keep_past ON places_asset;
DROP FUNCTION places_keep_past;
"""


class Migration(migrations.Migration):
    dependencies = [("places", "0001_initial")]
    operations = [migrations.RunSQL(KEEP, FORGET)]
