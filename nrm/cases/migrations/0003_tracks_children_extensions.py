import django.db.models.deletion
import nrm.vault.fields
import simple_history.models
import uuid
from django.conf import settings
from django.db import migrations, models

from nrm.audit.later import added_to_history


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_guards'),
        ('cases', '0002_guards'),
        ('tasks', '0001_initial'),
        ('vault', '0002_guards'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='BestInterestAssessment',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('step', models.CharField(choices=[('referral', 'Referral to services'), ('accommodation', 'Move to accommodation'), ('interview', 'Interview or statement'), ('family', 'Return to the family, or separation from it'), ('return', 'Return to another country')], max_length=14, verbose_name='Which step')),
                ('finding', models.CharField(choices=[('in_best_interests', 'In the child’s best interests'), ('with_conditions', 'In the child’s best interests under conditions'), ('not_in_best_interests', 'Not in the child’s best interests')], max_length=24, verbose_name='Finding')),
                ('childs_view', nrm.vault.fields.SealedField()),
                ('reasons', nrm.vault.fields.SealedField()),
                ('guardian_heard', models.BooleanField(default=False, verbose_name='The guardian was heard')),
                ('assessed_by', models.UUIDField(editable=False)),
                ('assessed_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ('-assessed_at', 'id'),
            },
        ),
        migrations.CreateModel(
            name='ClockExtension',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('was_due_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('authority', models.CharField(choices=[('identifying_body', 'Identifying body'), ('ministry', 'Competent ministry'), ('prosecution', 'Prosecution'), ('court', 'Court'), ('guardianship', 'Guardianship authority')], max_length=20, verbose_name='Allowed by')),
                ('reason', nrm.vault.fields.SealedField()),
                ('extended_by', models.UUIDField(editable=False)),
                ('extended_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ('extended_at', 'id'),
            },
        ),
        migrations.CreateModel(
            name='Guardian',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('temporary', 'Temporary guardian'), ('guardian', 'Guardian'), ('parent', 'Parent or other legal representative')], max_length=12, verbose_name='Kind of representation')),
                ('appointed_on', models.DateField(verbose_name='Appointed on')),
                ('is_independent', models.BooleanField(default=False, verbose_name='Independent')),
                ('contact', nrm.vault.fields.SealedField()),
                ('recorded_by', models.UUIDField(editable=False)),
                ('recorded_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ('-recorded_at', 'id'),
            },
        ),
        migrations.CreateModel(
            name='HistoricalBestInterestAssessment',
            fields=[
                ('transition', models.CharField(default='', editable=False, max_length=60)),
                ('source_state', models.CharField(default='', editable=False, max_length=40)),
                ('id', models.UUIDField(db_index=True, default=uuid.uuid4, editable=False)),
                ('step', models.CharField(choices=[('referral', 'Referral to services'), ('accommodation', 'Move to accommodation'), ('interview', 'Interview or statement'), ('family', 'Return to the family, or separation from it'), ('return', 'Return to another country')], max_length=14, verbose_name='Which step')),
                ('finding', models.CharField(choices=[('in_best_interests', 'In the child’s best interests'), ('with_conditions', 'In the child’s best interests under conditions'), ('not_in_best_interests', 'Not in the child’s best interests')], max_length=24, verbose_name='Finding')),
                ('childs_view', nrm.vault.fields.SealedField()),
                ('reasons', nrm.vault.fields.SealedField()),
                ('guardian_heard', models.BooleanField(default=False, verbose_name='The guardian was heard')),
                ('assessed_by', models.UUIDField(editable=False)),
                ('assessed_at', models.DateTimeField(blank=True, editable=False)),
                ('history_change_reason', models.BinaryField(null=True)),
                ('history_user_id', models.UUIDField(editable=False, null=True)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical best interest assessment',
                'verbose_name_plural': 'historical best interest assessments',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalClockExtension',
            fields=[
                ('transition', models.CharField(default='', editable=False, max_length=60)),
                ('source_state', models.CharField(default='', editable=False, max_length=40)),
                ('id', models.UUIDField(db_index=True, default=uuid.uuid4, editable=False)),
                ('was_due_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('authority', models.CharField(choices=[('identifying_body', 'Identifying body'), ('ministry', 'Competent ministry'), ('prosecution', 'Prosecution'), ('court', 'Court'), ('guardianship', 'Guardianship authority')], max_length=20, verbose_name='Allowed by')),
                ('reason', nrm.vault.fields.SealedField()),
                ('extended_by', models.UUIDField(editable=False)),
                ('extended_at', models.DateTimeField(blank=True, editable=False)),
                ('history_change_reason', models.BinaryField(null=True)),
                ('history_user_id', models.UUIDField(editable=False, null=True)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical clock extension',
                'verbose_name_plural': 'historical clock extensions',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalGuardian',
            fields=[
                ('transition', models.CharField(default='', editable=False, max_length=60)),
                ('source_state', models.CharField(default='', editable=False, max_length=40)),
                ('id', models.UUIDField(db_index=True, default=uuid.uuid4, editable=False)),
                ('kind', models.CharField(choices=[('temporary', 'Temporary guardian'), ('guardian', 'Guardian'), ('parent', 'Parent or other legal representative')], max_length=12, verbose_name='Kind of representation')),
                ('appointed_on', models.DateField(verbose_name='Appointed on')),
                ('is_independent', models.BooleanField(default=False, verbose_name='Independent')),
                ('contact', nrm.vault.fields.SealedField()),
                ('recorded_by', models.UUIDField(editable=False)),
                ('recorded_at', models.DateTimeField(blank=True, editable=False)),
                ('history_change_reason', models.BinaryField(null=True)),
                ('history_user_id', models.UUIDField(editable=False, null=True)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
            ],
            options={
                'verbose_name': 'historical guardian',
                'verbose_name_plural': 'historical guardians',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.RemoveConstraint(
            model_name='participation',
            name='participation_relation_known',
        ),
        migrations.AddField(
            model_name='case',
            name='child_protection',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation', verbose_name='Child-protection authority'),
        ),
        migrations.AddField(
            model_name='case',
            name='region',
            field=models.CharField(blank=True, default='', max_length=20, verbose_name='Region'),
        ),
        migrations.AddField(
            model_name='case',
            name='track',
            field=models.CharField(choices=[('undecided', 'Not asked yet'), ('named', 'In their own name'), ('nameless', 'Without a name'), ('child', 'Protected as a child')], default='undecided', max_length=12, verbose_name='How the person is helped'),
        ),
        added_to_history('historicalcase', 'child_protection', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='accounts.organisation', verbose_name='Child-protection authority')),
        added_to_history('historicalcase', 'region', models.CharField(blank=True, default='', max_length=20, verbose_name='Region')),
        added_to_history('historicalcase', 'track', models.CharField(choices=[('undecided', 'Not asked yet'), ('named', 'In their own name'), ('nameless', 'Without a name'), ('child', 'Protected as a child')], default='undecided', max_length=12, verbose_name='How the person is helped')),
        migrations.AlterField(
            model_name='historicalparticipation',
            name='relation',
            field=models.CharField(choices=[('reported', 'Reported the case'), ('leads', 'Leads the case'), ('received_referral', 'Has a referral to answer'), ('accepted_referral', 'Accepted a referral'), ('shelters', 'Shelters the person'), ('treats', 'Provides a service'), ('protects', 'Protects the child'), ('decides_status', 'Decides about the status')], max_length=20),
        ),
        migrations.AlterField(
            model_name='participation',
            name='relation',
            field=models.CharField(choices=[('reported', 'Reported the case'), ('leads', 'Leads the case'), ('received_referral', 'Has a referral to answer'), ('accepted_referral', 'Accepted a referral'), ('shelters', 'Shelters the person'), ('treats', 'Provides a service'), ('protects', 'Protects the child'), ('decides_status', 'Decides about the status')], max_length=20),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(('track__in', ['undecided', 'named', 'nameless', 'child'])), name='case_track_known'),
        ),
        migrations.AddConstraint(
            model_name='participation',
            constraint=models.CheckConstraint(condition=models.Q(('relation__in', ['reported', 'leads', 'received_referral', 'accepted_referral', 'shelters', 'treats', 'protects', 'decides_status'])), name='participation_relation_known'),
        ),
        migrations.AddField(
            model_name='bestinterestassessment',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='best_interest_assessments', to='cases.case'),
        ),
        migrations.AddField(
            model_name='clockextension',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='clock_extensions', to='cases.case'),
        ),
        migrations.AddField(
            model_name='clockextension',
            name='clock',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tasks.clock'),
        ),
        migrations.AddField(
            model_name='guardian',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='guardians', to='cases.case'),
        ),
        migrations.AddField(
            model_name='historicalbestinterestassessment',
            name='case',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='cases.case'),
        ),
        migrations.AddField(
            model_name='historicalclockextension',
            name='case',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='cases.case'),
        ),
        migrations.AddField(
            model_name='historicalclockextension',
            name='clock',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tasks.clock'),
        ),
        migrations.AddField(
            model_name='historicalguardian',
            name='case',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='cases.case'),
        ),
        migrations.AddConstraint(
            model_name='clockextension',
            constraint=models.CheckConstraint(condition=models.Q(('due_at__gt', models.F('was_due_at'))), name='extension_is_longer'),
        ),
        migrations.AddConstraint(
            model_name='guardian',
            constraint=models.CheckConstraint(condition=models.Q(('is_independent', True)), name='guardian_is_independent'),
        ),
    ]
