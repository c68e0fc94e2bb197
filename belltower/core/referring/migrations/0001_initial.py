# SPDX-License-Identifier: Apache-2.0
"""Which message became which case: seen by the bureau's people who see the message, an entry of the ledger, never changed."""

import django.db.models.deletion
from django.db import migrations, models

from belltower.core.ledger.auditing import WriteEntries
from belltower.kernel.row_policies import ANY_PARTY, SEES_ALL, no_policy, policy

SEEN = f"{ANY_PARTY} AND EXISTS (SELECT FROM messages_message m WHERE m.id = referring_referral.message_id)"


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('cases', '0001_initial'),
        ('message_board', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Referral',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_joined', models.BooleanField(default=False)),
                ('at', models.DateTimeField()),
                ('by', models.CharField(max_length=120)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='referrals', to='cases.case')),
                ('message', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='referral', to='message_board.message')),
            ],
            options={
                'db_table': 'referring_referral',
                'ordering': ['-at', '-id'],
            },
        ),
        migrations.RunSQL(
            policy("referring_referral", SEES_ALL) + policy("referring_referral", SEEN, for_="SELECT", name="known"),
            no_policy("referring_referral", "seen", "known"),
        ),
        WriteEntries("referring_referral", ("message_id", "case_id", "is_joined", "at", "by")),
    ]
