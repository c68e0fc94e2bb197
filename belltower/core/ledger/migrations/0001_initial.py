# SPDX-License-Identifier: Apache-2.0
"""The ledger: its tables, the functions that write them, and nobody's right to change them."""

import belltower.kernel.identity
import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from belltower.core.ledger import database


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('actor', models.CharField(max_length=200)),
                ('what', models.CharField(max_length=80)),
                ('action', models.UUIDField(default=belltower.kernel.identity.uuid7)),
                ('operation', models.CharField(choices=[('insert', 'Insert'), ('update', 'Update'), ('delete', 'Delete'), ('note', 'Note')], max_length=6)),
                ('rows', models.IntegerField()),
                ('row', models.BigIntegerField(null=True)),
                ('before', models.BinaryField(null=True)),
                ('after', models.BinaryField(null=True)),
                ('subject', models.CharField(blank=True, max_length=200)),
                ('about', models.JSONField(null=True)),
            ],
            options={
                'db_table': 'ledger_entry',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='Head',
            fields=[
                ('size', models.BigIntegerField(primary_key=True, serialize=False)),
                ('root', models.BinaryField()),
                ('at', models.DateTimeField()),
                ('algorithm', models.CharField(max_length=40)),
                ('key', models.CharField(max_length=64)),
                ('signature', models.BinaryField()),
            ],
            options={
                'db_table': 'ledger_head',
                'ordering': ['-size'],
            },
        ),
        migrations.CreateModel(
            name='Batch',
            fields=[
                ('entry', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, primary_key=True, serialize=False, to='ledger.entry')),
                ('first', models.BigIntegerField()),
                ('last', models.BigIntegerField()),
                ('ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ('befores', models.BinaryField(null=True)),
                ('afters', models.BinaryField(null=True)),
            ],
            options={
                'db_table': 'ledger_batch',
            },
        ),
        migrations.CreateModel(
            name='Form',
            fields=[
                ('id', models.SmallAutoField(primary_key=True, serialize=False)),
                ('table', models.CharField(max_length=63)),
                ('version', models.SmallIntegerField()),
                ('columns', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=63), size=None)),
            ],
            options={
                'db_table': 'ledger_form',
                'managed': False,
                'constraints': [models.UniqueConstraint(fields=('table', 'version'), name='ledger_form_once')],
            },
        ),
        migrations.AddField(
            model_name='entry',
            name='form',
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to='ledger.form'),
        ),
        migrations.CreateModel(
            name='Leaf',
            fields=[
                ('position', models.BigIntegerField(primary_key=True, serialize=False)),
                ('hash', models.BinaryField()),
                ('entry', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='leaf', to='ledger.entry')),
            ],
            options={
                'db_table': 'ledger_leaf',
                'ordering': ['position'],
            },
        ),
        migrations.CreateModel(
            name='Node',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('level', models.SmallIntegerField()),
                ('index', models.BigIntegerField()),
                ('hash', models.BinaryField()),
            ],
            options={
                'db_table': 'ledger_node',
                'constraints': [models.UniqueConstraint(fields=('level', 'index'), name='ledger_node_once')],
            },
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(condition=models.Q(('row__isnull', False)), fields=['form', 'row'], name='ledger_entry_row'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(fields=['what', '-id'], name='ledger_entry_what'),
        ),
        migrations.CreateModel(
            name="Waiting",
            fields=[("entry_id", models.BigIntegerField(primary_key=True, serialize=False))],
            options={"db_table": "ledger_pending"},
        ),
        migrations.RunSQL(database.CREATE, database.DROP),
    ]
