# SPDX-License-Identifier: Apache-2.0
"""The table of own words: seen by its party and by who sees every owner's, an entry of the ledger, never changed or deleted."""

import belltower.kernel.identity
import django.db.models.deletion
from django.db import migrations, models

from belltower.core.ledger.auditing import WriteEntries
from belltower.kernel.row_policies import no_policy, of_party, policy, seen

# With its asset, and by its own party only: what was said of an asset that is sold stays with who said it.
SEEN = seen(of_party("party_id"), "EXISTS (SELECT FROM places_asset a WHERE a.id = selfcheck_own_word.asset_id)")
KEEP = """
CREATE FUNCTION selfcheck_never_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was said is never changed or deleted (%)', TG_TABLE_NAME;
END $$;
CREATE TRIGGER selfcheck_never_change BEFORE UPDATE OR DELETE ON selfcheck_own_word
    FOR EACH STATEMENT EXECUTE FUNCTION selfcheck_never_change();
"""
FORGET = "DROP TRIGGER selfcheck_never_change ON selfcheck_own_word; DROP FUNCTION selfcheck_never_change;"


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ("places", "0012_stamps_at_once"),
        ("ledger", "0014_beyond_65536"),
        ("standards", "0002_mark_what_changed"),
    ]

    operations = [
        migrations.CreateModel(
            name="OwnWord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uid", models.UUIDField(default=belltower.kernel.identity.uuid7, editable=False, unique=True)),
                ("fields", models.JSONField()),
                ("says", models.JSONField()),
                ("by", models.CharField(max_length=120)),
                ("at", models.DateTimeField()),
                ("asset", models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="own_words", to="places.asset")),
                ("party", models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="own_words", to="places.party")),
            ],
            options={
                "db_table": "selfcheck_own_word",
                "ordering": ["-at", "-id"],
                "indexes": [models.Index(fields=["party", "asset", "-at"], name="selfcheck_of_party")],
            },
        ),
        migrations.RunSQL(policy("selfcheck_own_word", SEEN), no_policy("selfcheck_own_word")),
        migrations.RunSQL(KEEP, FORGET),
        WriteEntries("selfcheck_own_word", ("uid", "asset_id", "party_id", "fields", "says", "by", "at")),
    ]
