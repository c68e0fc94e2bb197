# SPDX-License-Identifier: Apache-2.0
"""None is deleted; and who sees nothing of the city sees none of them.

Rooms whose things have attachments add a policy of their own: it is seen by who sees its subject.
"""

from django.db import migrations

ROWS = """
CREATE FUNCTION attachments_never_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'nothing is deleted here (%): retire or erase it instead', TG_TABLE_NAME;
END $$;
CREATE TRIGGER attachments_never_delete BEFORE DELETE ON attachments_attachment
    FOR EACH STATEMENT EXECUTE FUNCTION attachments_never_delete();
ALTER TABLE attachments_attachment ENABLE ROW LEVEL SECURITY;
CREATE POLICY attachments_everything ON attachments_attachment
    USING ((SELECT current_setting('belltower.sees', true)) = 'all');
"""
FORGET = """
DROP POLICY attachments_everything ON attachments_attachment;
ALTER TABLE attachments_attachment DISABLE ROW LEVEL SECURITY;
DROP TRIGGER attachments_never_delete ON attachments_attachment;
DROP FUNCTION attachments_never_delete;
"""


class Migration(migrations.Migration):
    dependencies = [("attachments", "0001_initial")]
    operations = [migrations.RunSQL(ROWS, FORGET)]
