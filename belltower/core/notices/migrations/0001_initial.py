# SPDX-License-Identifier: Apache-2.0
"""The tables of notices: a person's are seen by that person alone, the rest by who sees everything; entries of the ledger, never deleted."""

import belltower.kernel.identity
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from belltower.core.ledger.auditing import WriteEntries
from belltower.kernel.row_policies import SEES_ALL, VIEWER, no_policy, policy

OWN = "EXISTS (SELECT FROM access_user u WHERE u.id = {}.person_id AND u.uid = " + VIEWER + ")"
READ = {
    "notices_notice": f"{SEES_ALL} OR {OWN.format('notices_notice')}",
    "notices_channel": f"{SEES_ALL} OR {OWN.format('notices_channel')}",
    "notices_delivery": f"{SEES_ALL} OR EXISTS (SELECT FROM notices_notice n WHERE n.id = notices_delivery.notice_id)",
    # Residents are known to nobody who sees less than everything.
    "notices_subscription": SEES_ALL,
}
SEEN = "".join(policy(table, condition) for table, condition in READ.items())
UNSEEN = "".join(no_policy(table) for table in READ)
KEEP = """
CREATE FUNCTION notices_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what is kept of notices is never deleted (%)', TG_TABLE_NAME;
END $$;
""" + "".join(
    f"CREATE TRIGGER notices_never_delete BEFORE DELETE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION notices_keep();\n"
    for table in READ
)
FORGET = "DROP FUNCTION notices_keep CASCADE;"


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('cases', '0001_initial'),
        ('places', '0012_stamps_at_once'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AreaSubscription',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=belltower.kernel.identity.uuid7, editable=False, unique=True)),
                ('language', models.CharField(default='zh', max_length=8)),
                ('email_sealed', models.BinaryField()),
                ('digest', models.CharField(blank=True, max_length=64)),
                ('asked_at', models.DateTimeField()),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('area', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='subscriptions', to='places.area')),
            ],
            options={
                'db_table': 'notices_subscription',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='ChannelSetting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=belltower.kernel.identity.uuid7, editable=False, unique=True)),
                ('channel', models.CharField(max_length=12)),
                ('is_on', models.BooleanField(default=True)),
                ('language', models.CharField(default='zh', max_length=8)),
                ('address_sealed', models.BinaryField(null=True)),
                ('secret_sealed', models.BinaryField(null=True)),
                ('party', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='channels', to='places.party')),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='channels', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'db_table': 'notices_channel',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=belltower.kernel.identity.uuid7, editable=False, unique=True)),
                ('kind', models.CharField(max_length=12)),
                ('step', models.IntegerField(default=0)),
                ('number', models.CharField(blank=True, max_length=20)),
                ('title', models.JSONField(default=dict)),
                ('about', models.JSONField(default=dict)),
                ('at', models.DateTimeField()),
                ('read_at', models.DateTimeField(null=True)),
                ('case', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='cases.case')),
                ('party', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.party')),
                ('person', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='notices', to=settings.AUTH_USER_MODEL)),
                ('report', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='cases.report')),
                ('subscription', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='notices.areasubscription')),
            ],
            options={
                'db_table': 'notices_notice',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uid', models.UUIDField(default=belltower.kernel.identity.uuid7, editable=False, unique=True)),
                ('channel', models.CharField(max_length=12)),
                ('state', models.CharField(default='queued', max_length=12)),
                ('attempts', models.SmallIntegerField(default=0)),
                ('due_at', models.DateTimeField()),
                ('sent_at', models.DateTimeField(null=True)),
                ('answer', models.CharField(blank=True, max_length=300)),
                ('notice', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='notices.notice')),
            ],
            options={
                'db_table': 'notices_delivery',
                'ordering': ['id'],
            },
        ),
        migrations.AddIndex(
            model_name='areasubscription',
            index=models.Index(fields=['digest'], name='notices_subscription_digest'),
        ),
        migrations.AddConstraint(
            model_name='channelsetting',
            constraint=models.UniqueConstraint(fields=('person', 'party', 'channel'), name='notices_channel_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='channelsetting',
            constraint=models.CheckConstraint(condition=models.Q(('person__isnull', True), ('party__isnull', True), _connector='XOR'), name='notices_channel_whose'),
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(fields=['person', '-id'], name='notices_notice_person'),
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(condition=models.Q(('person__isnull', False), ('read_at__isnull', True)), fields=['person'], name='notices_unread'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.UniqueConstraint(condition=models.Q(('case__isnull', False)), fields=('case', 'step', 'kind', 'person', 'party', 'report', 'subscription'), name='notices_notice_once', nulls_distinct=False),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('state__in', ['queued', 'failed'])), fields=['due_at'], name='notices_delivery_due'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.UniqueConstraint(fields=('notice', 'channel'), name='notices_delivery_once'),
        ),
        migrations.RunSQL(SEEN, UNSEEN),
        migrations.RunSQL(KEEP, FORGET),
        WriteEntries(
            "notices_notice",
            ("uid", "kind", "case_id", "step", "number", "title", "about", "person_id", "party_id", "report_id",
             "subscription_id", "at", "read_at"),
        ),
        WriteEntries("notices_delivery", ("uid", "notice_id", "channel", "state", "attempts", "due_at", "sent_at", "answer")),
        WriteEntries(
            "notices_channel",
            ("uid", "person_id", "party_id", "channel", "is_on", "language", "address_sealed", "secret_sealed"),
        ),
        WriteEntries(
            "notices_subscription",
            ("uid", "area_id", "language", "email_sealed", "digest", "asked_at", "confirmed_at", "ended_at"),
        ),
    ]  # fmt: skip
