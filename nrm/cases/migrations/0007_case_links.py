
import django.db.models.deletion
import simple_history.models
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0006_guards_of_emergencies'),
    ]

    operations = [
        migrations.CreateModel(
            name='HistoricalCaseLink',
            fields=[
                ('transition', models.CharField(default='', editable=False, max_length=60)),
                ('source_state', models.CharField(default='', editable=False, max_length=40)),
                ('id', models.UUIDField(db_index=True, default=uuid.uuid4, editable=False)),
                ('reason', models.CharField(choices=[('same_document', 'The same document'), ('person_says', 'The person says so'), ('same_details', 'The same name and date of birth, and checked')], max_length=14, verbose_name='What shows that it is one person')),
                ('linked_by', models.UUIDField(editable=False)),
                ('linked_at', models.DateTimeField(blank=True, editable=False)),
                ('unlinked_by', models.UUIDField(editable=False, null=True)),
                ('unlinked_at', models.DateTimeField(editable=False, null=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('history_change_reason', models.BinaryField(null=True)),
                ('history_user_id', models.UUIDField(editable=False, null=True)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('first', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='cases.case')),
                ('second', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='cases.case')),
            ],
            options={
                'verbose_name': 'historical case link',
                'verbose_name_plural': 'historical case links',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='CaseLink',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('reason', models.CharField(choices=[('same_document', 'The same document'), ('person_says', 'The person says so'), ('same_details', 'The same name and date of birth, and checked')], max_length=14, verbose_name='What shows that it is one person')),
                ('linked_by', models.UUIDField(editable=False)),
                ('linked_at', models.DateTimeField(auto_now_add=True)),
                ('unlinked_by', models.UUIDField(editable=False, null=True)),
                ('unlinked_at', models.DateTimeField(editable=False, null=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('first', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case')),
                ('second', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case')),
            ],
            options={
                'ordering': ('linked_at', 'id'),
                'constraints': [models.CheckConstraint(condition=models.Q(('first__lt', models.F('second'))), name='case_link_in_order'), models.CheckConstraint(condition=models.Q(('reason__in', ['same_document', 'person_says', 'same_details'])), name='case_link_reason_known'), models.CheckConstraint(condition=models.Q(models.Q(('unlinked_at', None), ('unlinked_by', None)), models.Q(('unlinked_at__isnull', False), ('unlinked_by__isnull', False)), _connector='OR'), name='case_link_removed_by_somebody'), models.UniqueConstraint(condition=models.Q(('unlinked_at', None)), fields=('first', 'second'), name='case_link_once_for_a_pair')],
            },
        ),
    ]
