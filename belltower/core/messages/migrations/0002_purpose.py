# SPDX-License-Identifier: Apache-2.0
"""A model has a purpose: the categories of the board, or the kinds of case. Those that are there are of the board."""

from django.db import migrations, models

from belltower.core.ledger.auditing import WriteEntries


class Migration(migrations.Migration):

    dependencies = [("message_board", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="trained",
            name="purpose",
            field=models.CharField(
                choices=[("board", "Categories of messages"), ("kinds", "Kinds of case")], db_default="board",
                default="board", max_length=10,
            ),
        ),
        WriteEntries(
            "messages_trained",
            ("uid", "stored", "digest", "labels", "texts", "threshold", "put_at", "put_by", "retired_at", "purpose"),
            version=2,
        ),
    ]  # fmt: skip
