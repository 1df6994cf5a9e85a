import django.contrib.postgres.fields
import django.db.models.deletion
import nrm.identification.models
import nrm.vault.fields
import simple_history.models
import uuid
from django.db import migrations, models

from nrm.audit.later import added_to_history


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0003_tracks_children_extensions'),
        ('identification', '0003_first_set'),
    ]

    operations = [
        added_to_history('historicalscreening', 'also_suspected', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('sexual', 'Sexual exploitation'), ('labour', 'Labour exploitation'), ('servitude', 'Servitude in a household'), ('begging', 'Forced begging'), ('criminality', 'Forced to commit offences'), ('organs', 'Removal of organs'), ('marriage', 'Forced marriage'), ('adoption', 'Illegal adoption or surrogacy'), ('other', 'Something else, or not clear yet')], max_length=20), blank=True, default=list, size=None)),
        added_to_history('historicalscreening', 'circumstances', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('on_the_move', 'On the move: migrant, refugee or asylum seeker'), ('online', 'Recruited online'), ('excluded', 'Without papers, or kept out of school and services'), ('outing', 'Pressure over sexual orientation or gender')], max_length=20), blank=True, default=list, size=None)),
        added_to_history('historicalscreening', 'conclusion', models.CharField(blank=True, choices=[('exploitation', 'Exploitation is possible'), ('smuggling', 'Smuggled in dangerous or degrading circumstances'), ('vulnerable', 'On the move and in need of protection or help'), ('unclear', 'Not clear yet')], default='', max_length=20, verbose_name='Conclusion')),
        added_to_history('historicalscreening', 'incomplete_because', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('no_interpreter', 'No interpreter'), ('no_privacy', 'No place to talk alone'), ('no_time', 'No time, or the person was moved on'), ('unfit', 'The person was ill, exhausted or under the influence'), ('declined', 'The person did not want to talk')], max_length=20), blank=True, default=list, size=None)),
        added_to_history('historicalscreening', 'interviewer', models.CharField(blank=True, choices=[('', 'Not asked'), ('woman', 'A woman'), ('man', 'A man'), ('either', 'It does not matter')], default='', max_length=10, verbose_name='Who should talk with the person?')),
        added_to_history('historicalscreening', 'present', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('nobody', 'Nobody else'), ('companion', 'Somebody who came with the person'), ('relative', 'A relative'), ('employer', 'An employer or somebody from the place'), ('interpreter', 'An interpreter'), ('professional', 'Another professional')], max_length=20), blank=True, default=list, size=None)),
        migrations.AddField(
            model_name='indicator',
            name='is_short',
            field=models.BooleanField(default=True),
        ),
        migrations.AddField(
            model_name='indicator',
            name='labels',
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name='indicator',
            name='use',
            field=models.CharField(choices=[('sign', 'Sign'), ('reminder', 'Advice to whoever screens')], default='sign', max_length=10),
        ),
        migrations.AddField(
            model_name='indicatorset',
            name='country',
            field=models.CharField(blank=True, default='', max_length=2),
        ),
        migrations.AddField(
            model_name='indicatorset',
            name='plan',
            field=models.JSONField(default=nrm.identification.models.first_plan),
        ),
        migrations.AddField(
            model_name='screening',
            name='also_suspected',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('sexual', 'Sexual exploitation'), ('labour', 'Labour exploitation'), ('servitude', 'Servitude in a household'), ('begging', 'Forced begging'), ('criminality', 'Forced to commit offences'), ('organs', 'Removal of organs'), ('marriage', 'Forced marriage'), ('adoption', 'Illegal adoption or surrogacy'), ('other', 'Something else, or not clear yet')], max_length=20), blank=True, default=list, size=None),
        ),
        migrations.AddField(
            model_name='screening',
            name='circumstances',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('on_the_move', 'On the move: migrant, refugee or asylum seeker'), ('online', 'Recruited online'), ('excluded', 'Without papers, or kept out of school and services'), ('outing', 'Pressure over sexual orientation or gender')], max_length=20), blank=True, default=list, size=None),
        ),
        migrations.AddField(
            model_name='screening',
            name='conclusion',
            field=models.CharField(blank=True, choices=[('exploitation', 'Exploitation is possible'), ('smuggling', 'Smuggled in dangerous or degrading circumstances'), ('vulnerable', 'On the move and in need of protection or help'), ('unclear', 'Not clear yet')], default='', max_length=20, verbose_name='Conclusion'),
        ),
        migrations.AddField(
            model_name='screening',
            name='incomplete_because',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('no_interpreter', 'No interpreter'), ('no_privacy', 'No place to talk alone'), ('no_time', 'No time, or the person was moved on'), ('unfit', 'The person was ill, exhausted or under the influence'), ('declined', 'The person did not want to talk')], max_length=20), blank=True, default=list, size=None),
        ),
        migrations.AddField(
            model_name='screening',
            name='interviewer',
            field=models.CharField(blank=True, choices=[('', 'Not asked'), ('woman', 'A woman'), ('man', 'A man'), ('either', 'It does not matter')], default='', max_length=10, verbose_name='Who should talk with the person?'),
        ),
        migrations.AddField(
            model_name='screening',
            name='present',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('nobody', 'Nobody else'), ('companion', 'Somebody who came with the person'), ('relative', 'A relative'), ('employer', 'An employer or somebody from the place'), ('interpreter', 'An interpreter'), ('professional', 'Another professional')], max_length=20), blank=True, default=list, size=None),
        ),
        migrations.AlterField(
            model_name='historicalscreening',
            name='suspected',
            field=models.CharField(choices=[('sexual', 'Sexual exploitation'), ('labour', 'Labour exploitation'), ('servitude', 'Servitude in a household'), ('begging', 'Forced begging'), ('criminality', 'Forced to commit offences'), ('organs', 'Removal of organs'), ('marriage', 'Forced marriage'), ('adoption', 'Illegal adoption or surrogacy'), ('other', 'Something else, or not clear yet')], max_length=20, verbose_name='What is suspected'),
        ),
        migrations.AlterField(
            model_name='screening',
            name='suspected',
            field=models.CharField(choices=[('sexual', 'Sexual exploitation'), ('labour', 'Labour exploitation'), ('servitude', 'Servitude in a household'), ('begging', 'Forced begging'), ('criminality', 'Forced to commit offences'), ('organs', 'Removal of organs'), ('marriage', 'Forced marriage'), ('adoption', 'Illegal adoption or surrogacy'), ('other', 'Something else, or not clear yet')], max_length=20, verbose_name='What is suspected'),
        ),
        migrations.CreateModel(
            name='CourtView',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('authority', models.CharField(choices=[('prosecution', 'Prosecution'), ('court', 'Court')], max_length=12, verbose_name='Who said it')),
                ('opinion', models.CharField(choices=[('trafficking', 'Sees the offence of trafficking'), ('other_offence', 'Sees another offence'), ('no_offence', 'Sees no offence'), ('pending', 'Not decided yet')], max_length=14, verbose_name='How they see it')),
                ('dated_on', models.DateField(verbose_name='Dated')),
                ('note', nrm.vault.fields.SealedField(null=True)),
                ('recorded_by', models.UUIDField(editable=False)),
                ('recorded_at', models.DateTimeField(auto_now_add=True)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='court_views', to='cases.case')),
            ],
            options={
                'ordering': ('-dated_on', '-recorded_at', 'id'),
            },
        ),
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('outcome', models.CharField(choices=[('identify', 'Confirm the status'), ('not_identify', 'Do not confirm the status'), ('withdraw', 'Withdraw the status'), ('uphold', 'Uphold the decision after a review')], max_length=14, verbose_name='Decision')),
                ('basis', models.CharField(choices=[('indicators', 'Indicators and interviews'), ('body_procedure', 'Procedure of the identifying body'), ('child_protection', 'Child protection'), ('persons_wish', 'The person’s wish'), ('new_facts', 'New facts')], max_length=30, verbose_name='Legal basis')),
                ('reasons', nrm.vault.fields.SealedField()),
                ('provision', nrm.vault.fields.SealedField(null=True)),
                ('needs', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=30), editable=False, size=None)),
                ('proposed_by', models.UUIDField(editable=False)),
                ('proposed_at', models.DateTimeField(auto_now_add=True)),
                ('state', models.CharField(choices=[('proposed', 'Proposed'), ('signed', 'Signed'), ('effective', 'In effect'), ('taken_back', 'Taken back')], default='proposed', max_length=12)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='cases.case')),
            ],
            options={
                'ordering': ('-proposed_at', 'id'),
            },
        ),
        migrations.CreateModel(
            name='HistoricalCourtView',
            fields=[
                ('transition', models.CharField(default='', editable=False, max_length=60)),
                ('source_state', models.CharField(default='', editable=False, max_length=40)),
                ('id', models.UUIDField(db_index=True, default=uuid.uuid4, editable=False)),
                ('authority', models.CharField(choices=[('prosecution', 'Prosecution'), ('court', 'Court')], max_length=12, verbose_name='Who said it')),
                ('opinion', models.CharField(choices=[('trafficking', 'Sees the offence of trafficking'), ('other_offence', 'Sees another offence'), ('no_offence', 'Sees no offence'), ('pending', 'Not decided yet')], max_length=14, verbose_name='How they see it')),
                ('dated_on', models.DateField(verbose_name='Dated')),
                ('note', nrm.vault.fields.SealedField(null=True)),
                ('recorded_by', models.UUIDField(editable=False)),
                ('recorded_at', models.DateTimeField(blank=True, editable=False)),
                ('history_change_reason', models.BinaryField(null=True)),
                ('history_user_id', models.UUIDField(editable=False, null=True)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('case', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='cases.case')),
            ],
            options={
                'verbose_name': 'historical court view',
                'verbose_name_plural': 'historical court views',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalDecision',
            fields=[
                ('transition', models.CharField(default='', editable=False, max_length=60)),
                ('source_state', models.CharField(default='', editable=False, max_length=40)),
                ('id', models.UUIDField(db_index=True, default=uuid.uuid4, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('outcome', models.CharField(choices=[('identify', 'Confirm the status'), ('not_identify', 'Do not confirm the status'), ('withdraw', 'Withdraw the status'), ('uphold', 'Uphold the decision after a review')], max_length=14, verbose_name='Decision')),
                ('basis', models.CharField(choices=[('indicators', 'Indicators and interviews'), ('body_procedure', 'Procedure of the identifying body'), ('child_protection', 'Child protection'), ('persons_wish', 'The person’s wish'), ('new_facts', 'New facts')], max_length=30, verbose_name='Legal basis')),
                ('reasons', nrm.vault.fields.SealedField()),
                ('provision', nrm.vault.fields.SealedField(null=True)),
                ('needs', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=30), editable=False, size=None)),
                ('proposed_by', models.UUIDField(editable=False)),
                ('proposed_at', models.DateTimeField(blank=True, editable=False)),
                ('state', models.CharField(choices=[('proposed', 'Proposed'), ('signed', 'Signed'), ('effective', 'In effect'), ('taken_back', 'Taken back')], default='proposed', max_length=12)),
                ('history_change_reason', models.BinaryField(null=True)),
                ('history_user_id', models.UUIDField(editable=False, null=True)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('case', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='cases.case')),
            ],
            options={
                'verbose_name': 'historical decision',
                'verbose_name_plural': 'historical decisions',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalSignature',
            fields=[
                ('transition', models.CharField(default='', editable=False, max_length=60)),
                ('source_state', models.CharField(default='', editable=False, max_length=40)),
                ('id', models.UUIDField(db_index=True, default=uuid.uuid4, editable=False)),
                ('capacity', models.CharField(max_length=30, verbose_name='In which capacity')),
                ('signed_by', models.UUIDField(editable=False)),
                ('signed_at', models.DateTimeField(blank=True, editable=False)),
                ('history_change_reason', models.BinaryField(null=True)),
                ('history_user_id', models.UUIDField(editable=False, null=True)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('decision', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='identification.decision')),
            ],
            options={
                'verbose_name': 'historical signature',
                'verbose_name_plural': 'historical signatures',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Signature',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('capacity', models.CharField(max_length=30, verbose_name='In which capacity')),
                ('signed_by', models.UUIDField(editable=False)),
                ('signed_at', models.DateTimeField(auto_now_add=True)),
                ('decision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to='identification.decision')),
            ],
            options={
                'ordering': ('signed_at', 'id'),
            },
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['proposed', 'signed', 'effective', 'taken_back'])), name='decision_state_known'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'proposed')), fields=('case',), name='decision_proposed_once_a_case'),
        ),
        migrations.AddConstraint(
            model_name='signature',
            constraint=models.UniqueConstraint(fields=('decision', 'signed_by'), name='signature_once_a_person'),
        ),
        migrations.AddConstraint(
            model_name='signature',
            constraint=models.UniqueConstraint(fields=('decision', 'capacity'), name='signature_once_a_capacity'),
        ),
    ]
