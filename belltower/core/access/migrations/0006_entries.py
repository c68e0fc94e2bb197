# SPDX-License-Identifier: Apache-2.0
"""Who may come in, and what they may do, becomes entries of the ledger; sessions, tallies and last uses do not."""

from django.db import migrations

from belltower.core.ledger.auditing import WriteEntries


class Migration(migrations.Migration):
    dependencies = [("access", "0005_seen_by_row"), ("ledger", "0001_initial")]
    operations = [
        WriteEntries(
            "access_user",
            (
                "uid", "username", "password", "name", "name_sealed", "email_sealed", "phone_sealed", "party_id",
                "is_active", "joined_at",
            ),
        ),
        WriteEntries(
            "access_grant", ("uid", "user_id", "role", "area_id", "party_id", "valid_from", "valid_until", "why")
        ),
        WriteEntries("access_service_account", ("uid", "name", "party_id", "made_by", "made_at")),
        WriteEntries(
            "access_token", ("uid", "account_id", "digest", "prefix", "scopes", "made_at", "expires_at", "revoked_at")
        ),
        WriteEntries(
            "access_second_factor", ("user_id", "seed_sealed", "confirmed_at", "recovery_salt", "recovery_hashes")
        ),
        WriteEntries("access_identity", ("uid", "user_id", "issuer", "subject", "linked_at")),
    ]  # fmt: skip
