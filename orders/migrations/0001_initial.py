import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
import orders.models.quantity
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('community', '0001_initial'),
        ('core', '0001_initial'),
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        migrations.CreateModel(
            name='Product',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('pinyin', models.CharField(db_index=True, editable=False, max_length=400)),
                ('unit', models.CharField(max_length=10, verbose_name='unit')),
                ('spec', models.CharField(blank=True, max_length=60, verbose_name='spec')),
                ('aliases', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), blank=True, default=list, size=None, verbose_name='aliases')),
                ('code', models.CharField(blank=True, max_length=4, verbose_name='letter code')),
                ('counted', models.BooleanField(default=True, verbose_name='counted in whole pieces')),
                ('cost_fen', models.BigIntegerField(default=0, validators=[django.core.validators.MinValueValidator(0)], verbose_name='cost')),
                ('price_fen', models.BigIntegerField(validators=[django.core.validators.MinValueValidator(0)], verbose_name='price')),
                ('active', models.BooleanField(default=True, verbose_name='active')),
                ('demo', models.BooleanField(default=False, editable=False)),
            ],
            options={
                'ordering': ['pinyin', 'pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('active', True)), fields=('name', 'spec'), name='product_is_in_the_catalogue_once', violation_error_message='The catalogue already has this product with this spec.'), models.CheckConstraint(condition=models.Q(('cost_fen__gte', 0), ('price_fen__gte', 0)), name='product_prices_are_not_negative')],
                'verbose_name': 'product',
            },
        ),
        migrations.CreateModel(
            name='ProductAlias',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.CharField(max_length=80)),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='product_aliases', to='community.group')),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='learned_aliases', to='orders.product')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('group', 'text'), name='group_reads_a_product_one_way')],
            },
        ),
        migrations.CreateModel(
            name='ProductEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('pinyin', models.CharField(editable=False, max_length=400)),
                ('unit', models.CharField(max_length=10, verbose_name='unit')),
                ('spec', models.CharField(blank=True, max_length=60, verbose_name='spec')),
                ('aliases', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), blank=True, default=list, size=None, verbose_name='aliases')),
                ('code', models.CharField(blank=True, max_length=4, verbose_name='letter code')),
                ('counted', models.BooleanField(default=True, verbose_name='counted in whole pieces')),
                ('cost_fen', models.BigIntegerField(default=0, validators=[django.core.validators.MinValueValidator(0)], verbose_name='cost')),
                ('price_fen', models.BigIntegerField(validators=[django.core.validators.MinValueValidator(0)], verbose_name='price')),
                ('active', models.BooleanField(default=True, verbose_name='active')),
                ('demo', models.BooleanField(default=False, editable=False)),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='orders.product')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Campaign',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=60, verbose_name='title')),
                ('code', models.CharField(editable=False, max_length=12, unique=True, verbose_name='link code')),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('open', 'Open'), ('cut_off', 'Cut off'), ('closed', 'Closed'), ('cancelled', 'Cancelled')], db_default='draft', default='draft', max_length=10, verbose_name='state')),
                ('opens_at', models.DateTimeField(verbose_name='opens at')),
                ('cuts_off_at', models.DateTimeField(verbose_name='cut-off')),
                ('delivers_on', models.DateField(verbose_name='delivery day')),
                ('plus_one', models.CharField(choices=[('add', 'N more of what they ordered'), ('item', 'item number N'), ('guest', 'they bring N more people')], default='add', max_length=5, verbose_name='meaning of +1')),
                ('default_quantity', models.BooleanField(default=True, help_text='Such rows are always shown for a look.', verbose_name='no number means one')),
                ('cut_off_at', models.DateTimeField(editable=False, help_text='When the cut-off was carried out.', null=True, verbose_name='cut off at')),
                ('demo', models.BooleanField(default=False, editable=False)),
                ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('cut_off_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='cut off by')),
                ('groups', models.ManyToManyField(related_name='campaigns', to='community.group', verbose_name='groups')),
            ],
            options={
                'ordering': ['-cuts_off_at', '-pk'],
                'indexes': [models.Index(fields=['state', 'cuts_off_at'], name='campaign_by_cut_off')],
                'constraints': [models.CheckConstraint(condition=models.Q(('cuts_off_at__gt', models.F('opens_at'))), name='campaign_cuts_off_after_opening', violation_error_message='The cut-off comes after the opening.'), models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'open', 'cut_off', 'closed', 'cancelled'])), name='campaign_state_is_known')],
                'verbose_name': 'campaign',
            },
        ),
        migrations.CreateModel(
            name='Order',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('door', models.CharField(blank=True, db_default='', default='', max_length=40, verbose_name='door')),
                ('note', models.CharField(blank=True, db_default='', default='', max_length=300, verbose_name='note')),
                ('state', models.CharField(choices=[('placed', 'Placed'), ('delivered', 'Delivered'), ('cancelled', 'Cancelled')], db_default='placed', default='placed', max_length=10)),
                ('source', models.CharField(choices=[('chain', 'Chain'), ('api', 'API'), ('demo', 'Demo data')], max_length=6)),
                ('placed_at', models.DateTimeField()),
                ('order_day', models.DateField(help_text='Business day of the order, Asia/Shanghai.')),
                ('is_first', models.BooleanField(default=False)),
                ('link_code', models.CharField(blank=True, db_default='', default='', max_length=12)),
                ('link_basis', models.CharField(blank=True, choices=[('opened', 'came through the link'), ('window', 'ordered in this group within the window')], db_default='', default='', max_length=6)),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='orders.campaign')),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='community.group')),
                ('leader', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='led_orders', to='community.member')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='community.member')),
                ('placed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('referrer_1', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='community.member')),
                ('referrer_2', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='community.member')),
            ],
            options={
                'indexes': [models.Index(fields=['group', '-placed_at', '-id'], name='order_by_group'), models.Index(fields=['-placed_at', '-id'], name='order_by_time'), models.Index(fields=['member', 'placed_at'], name='order_by_member'), models.Index(condition=models.Q(('link_code', ''), _negated=True), fields=['link_code'], name='order_by_link')],
                'constraints': [models.UniqueConstraint(fields=('campaign', 'group', 'member'), name='member_orders_once_in_a_campaign'), models.CheckConstraint(condition=models.Q(models.Q(('referrer_1', models.F('member')), _negated=True), models.Q(('referrer_2', models.F('member')), _negated=True)), name='nobody_refers_their_own_order'), models.CheckConstraint(condition=models.Q(('state__in', ['placed', 'delivered', 'cancelled'])), name='order_state_is_known')],
            },
        ),
        migrations.CreateModel(
            name='Offer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('unit', models.CharField(max_length=10, verbose_name='unit')),
                ('counted', models.BooleanField(default=True, verbose_name='counted in whole pieces')),
                ('price_fen', models.BigIntegerField(validators=[django.core.validators.MinValueValidator(0)], verbose_name='price')),
                ('cost_fen', models.BigIntegerField(default=0, validators=[django.core.validators.MinValueValidator(0)], verbose_name='cost')),
                ('stock', orders.models.quantity.QuantityField(blank=True, decimal_places=3, max_digits=12, null=True, verbose_name='stock')),
                ('limit_each', orders.models.quantity.QuantityField(blank=True, decimal_places=3, max_digits=12, null=True, verbose_name='limit a member')),
                ('taken', orders.models.quantity.QuantityField(db_default=0, decimal_places=3, default=0, editable=False, max_digits=12)),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='offers', to='orders.campaign', verbose_name='campaign')),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='offers', to='orders.product', verbose_name='product')),
            ],
            options={
                'ordering': ['campaign', 'position', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('campaign', 'product'), name='campaign_offers_a_product_once', violation_error_message='This product is already offered in the campaign.'), models.CheckConstraint(condition=models.Q(('taken__gte', 0), models.Q(('stock', None), ('taken__lte', models.F('stock')), _connector='OR')), name='offer_is_never_oversold'), models.CheckConstraint(condition=models.Q(('cost_fen__gte', 0), ('price_fen__gte', 0)), name='offer_prices_are_not_negative'), models.CheckConstraint(condition=models.Q(('limit_each', None), ('limit_each__gt', 0), _connector='OR'), name='offer_limit_allows_something', violation_error_message='A limit allows at least some of it.')],
                'verbose_name': 'offer',
            },
        ),
        migrations.CreateModel(
            name='OrderLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('price_fen', models.BigIntegerField()),
                ('limit_each', orders.models.quantity.QuantityField(decimal_places=3, max_digits=12, null=True)),
                ('quantity', orders.models.quantity.QuantityField(decimal_places=3, default=0, max_digits=12)),
                ('amount_fen', models.BigIntegerField(db_default=0, default=0)),
                ('short_quantity', orders.models.quantity.QuantityField(db_default=0, decimal_places=3, default=0, max_digits=12)),
                ('short_fen', models.BigIntegerField(db_default=0, default=0)),
                ('delivered_quantity', orders.models.quantity.QuantityField(db_default=0, decimal_places=3, default=0, max_digits=12)),
                ('delivered_fen', models.BigIntegerField(db_default=0, default=0)),
                ('refunded_quantity', orders.models.quantity.QuantityField(db_default=0, decimal_places=3, default=0, max_digits=12)),
                ('refunded_fen', models.BigIntegerField(db_default=0, default=0)),
                ('offer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='orders.offer')),
                ('order', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='orders.order')),
            ],
            options={
                'ordering': ['order', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('order', 'offer'), name='order_has_one_line_an_offer'), models.CheckConstraint(condition=models.Q(('amount_fen__gte', 0), ('quantity__gte', 0)), name='line_quantity_is_not_negative'), models.CheckConstraint(condition=models.Q(('limit_each', None), ('quantity__lte', models.F('limit_each')), _connector='OR'), name='line_keeps_to_the_limit_a_member', violation_error_message='That is more than one member may order.'), models.CheckConstraint(condition=models.Q(('delivered_quantity__gte', 0), ('refunded_quantity__gte', 0), ('short_quantity__gte', 0), ('delivered_fen__gte', 0), ('refunded_fen__gte', 0), ('short_fen__gte', 0)), name='line_outcomes_are_not_negative'), models.CheckConstraint(condition=models.Q(('quantity__gte', django.db.models.expressions.CombinedExpression(models.F('delivered_quantity'), '+', models.F('short_quantity')))), name='line_delivers_no_more_than_was_ordered', violation_error_message='More than was ordered cannot be delivered or fall short.'), models.CheckConstraint(condition=models.Q(('refunded_fen__lte', models.F('delivered_fen')), ('refunded_quantity__lte', models.F('delivered_quantity'))), name='line_refunds_no_more_than_was_delivered', violation_error_message='More than was delivered cannot be refunded.')],
            },
        ),
        migrations.CreateModel(
            name='Paste',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField()),
                ('decisions', models.JSONField(default=dict)),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('applied', 'Applied'), ('undone', 'Undone')], db_default='draft', default='draft', max_length=8)),
                ('pasted_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('applied_at', models.DateTimeField(null=True)),
                ('undone_at', models.DateTimeField(null=True)),
                ('outcome', models.JSONField(default=dict)),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pastes', to='orders.campaign')),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pastes', to='community.group')),
                ('pasted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['campaign', 'group', '-id'], name='paste_by_chain')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('applied_at', None), ('state', 'draft')), models.Q(('applied_at__isnull', False), ('state', 'applied'), ('undone_at', None)), models.Q(('applied_at__isnull', False), ('state', 'undone'), ('undone_at__isnull', False)), _connector='OR'), name='paste_is_applied_before_it_is_undone')],
            },
        ),
        migrations.CreateModel(
            name='SaleFact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('placed', 'Placed'), ('changed', 'Changed'), ('cancelled', 'Cancelled'), ('short', 'Short'), ('delivered', 'Delivered'), ('refunded', 'Refunded')], max_length=10)),
                ('quantity', orders.models.quantity.QuantityField(decimal_places=3, max_digits=12)),
                ('amount_fen', models.BigIntegerField()),
                ('order_day', models.DateField(help_text='Business day of the order.')),
                ('business_date', models.DateField(help_text='Business day of the fact itself.')),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('reason', models.CharField(blank=True, db_default='', default='', max_length=200)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('campaign', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orders.campaign')),
                ('group', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='community.group')),
                ('leader', models.ForeignKey(db_index=False, help_text='Who delivered.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='community.member')),
                ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='facts', to='orders.orderline')),
                ('member', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='community.member')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='facts', to='orders.order')),
                ('paste', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='facts', to='orders.paste')),
            ],
            options={
                'indexes': [models.Index(fields=['group', 'business_date'], name='fact_by_group_and_day'), models.Index(fields=['member', 'order_day'], name='fact_by_member_and_day')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['placed', 'changed', 'cancelled', 'short', 'delivered', 'refunded'])), name='fact_kind_is_known')],
            },
        ),
        migrations.CreateModel(
            name='CampaignEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('title', models.CharField(max_length=60, verbose_name='title')),
                ('code', models.CharField(editable=False, max_length=12, verbose_name='link code')),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('open', 'Open'), ('cut_off', 'Cut off'), ('closed', 'Closed'), ('cancelled', 'Cancelled')], db_default='draft', default='draft', max_length=10, verbose_name='state')),
                ('opens_at', models.DateTimeField(verbose_name='opens at')),
                ('cuts_off_at', models.DateTimeField(verbose_name='cut-off')),
                ('delivers_on', models.DateField(verbose_name='delivery day')),
                ('plus_one', models.CharField(choices=[('add', 'N more of what they ordered'), ('item', 'item number N'), ('guest', 'they bring N more people')], default='add', max_length=5, verbose_name='meaning of +1')),
                ('default_quantity', models.BooleanField(default=True, help_text='Such rows are always shown for a look.', verbose_name='no number means one')),
                ('cut_off_at', models.DateTimeField(editable=False, help_text='When the cut-off was carried out.', null=True, verbose_name='cut off at')),
                ('demo', models.BooleanField(default=False, editable=False)),
                ('created_by', models.ForeignKey(db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('cut_off_by', models.ForeignKey(db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='cut off by')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='orders.campaign')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='MemberAlias',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.CharField(max_length=80)),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='member_aliases', to='community.group')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='aliases', to='community.member')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('group', 'text'), name='group_reads_a_name_one_way')],
            },
        ),
        migrations.CreateModel(
            name='ChainEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=200)),
                ('number', models.PositiveIntegerField(null=True)),
                ('raw', models.TextField()),
                ('content', models.TextField(db_default='', default='', help_text='What it asks for, as the parser spells it.')),
                ('lines', models.JSONField(default=dict)),
                ('live', models.BooleanField(db_default=True, default=True)),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='chain_entries', to='orders.campaign')),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='community.group')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='community.member')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='chain_entries', to='orders.order')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('campaign', 'group', 'key'), name='chain_holds_an_entry_once')],
            },
        ),
        migrations.CreateModel(
            name='PasteChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('before', models.JSONField(default=dict)),
                ('after', models.JSONField(default=dict)),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='orders.chainentry')),
                ('paste', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='orders.paste')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('paste', 'entry'), name='paste_changes_an_entry_once')],
            },
        ),
        migrations.CreateModel(
            name='OfferEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('id', models.BigIntegerField()),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='position')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('unit', models.CharField(max_length=10, verbose_name='unit')),
                ('counted', models.BooleanField(default=True, verbose_name='counted in whole pieces')),
                ('price_fen', models.BigIntegerField(validators=[django.core.validators.MinValueValidator(0)], verbose_name='price')),
                ('cost_fen', models.BigIntegerField(default=0, validators=[django.core.validators.MinValueValidator(0)], verbose_name='cost')),
                ('stock', orders.models.quantity.QuantityField(blank=True, decimal_places=3, max_digits=12, null=True, verbose_name='stock')),
                ('limit_each', orders.models.quantity.QuantityField(blank=True, decimal_places=3, max_digits=12, null=True, verbose_name='limit a member')),
                ('campaign', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='orders.campaign', verbose_name='campaign')),
                ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='orders.offer')),
                ('product', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='orders.product', verbose_name='product')),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='product',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "orders_productevent" ("active", "aliases", "code", "cost_fen", "counted", "demo", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pinyin", "price_fen", "spec", "unit") VALUES (NEW."active", NEW."aliases", NEW."code", NEW."cost_fen", NEW."counted", NEW."demo", NEW."id", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."pinyin", NEW."price_fen", NEW."spec", NEW."unit"); RETURN NULL;', hash='4ccc05a5c3c4c9e0459fae1e7ecdfa6bd89e1613', operation='INSERT', pgid='pgtrigger_insert_insert_18927', table='orders_product', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='product',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "orders_productevent" ("active", "aliases", "code", "cost_fen", "counted", "demo", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "pinyin", "price_fen", "spec", "unit") VALUES (NEW."active", NEW."aliases", NEW."code", NEW."cost_fen", NEW."counted", NEW."demo", NEW."id", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."pinyin", NEW."price_fen", NEW."spec", NEW."unit"); RETURN NULL;', hash='53c7067e1a64d1a603eb3182e71c113795a1a6d7', operation='UPDATE', pgid='pgtrigger_update_update_9c46d', table='orders_product', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='campaign',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "orders_campaignevent" ("code", "created_by_id", "cut_off_at", "cut_off_by_id", "cuts_off_at", "default_quantity", "delivers_on", "demo", "id", "opens_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plus_one", "state", "title") VALUES (NEW."code", NEW."created_by_id", NEW."cut_off_at", NEW."cut_off_by_id", NEW."cuts_off_at", NEW."default_quantity", NEW."delivers_on", NEW."demo", NEW."id", NEW."opens_at", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."plus_one", NEW."state", NEW."title"); RETURN NULL;', hash='6a1cf9a37986559825961f87f041ebb8fb647f71', operation='INSERT', pgid='pgtrigger_insert_insert_49ea0', table='orders_campaign', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='campaign',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "orders_campaignevent" ("code", "created_by_id", "cut_off_at", "cut_off_by_id", "cuts_off_at", "default_quantity", "delivers_on", "demo", "id", "opens_at", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plus_one", "state", "title") VALUES (NEW."code", NEW."created_by_id", NEW."cut_off_at", NEW."cut_off_by_id", NEW."cuts_off_at", NEW."default_quantity", NEW."delivers_on", NEW."demo", NEW."id", NEW."opens_at", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."plus_one", NEW."state", NEW."title"); RETURN NULL;', hash='31eb9e758e6e597edbd137edc734302cd7ee3ce0', operation='UPDATE', pgid='pgtrigger_update_update_478c1', table='orders_campaign', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='campaignevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='7135c82fd558571102dda802a2d988a1c739ca5b', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_298a2', table='orders_campaignevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='offerevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='f6aad56a8daabf1d0d3bdf7b237ceb1f13c5f588', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_a726e', table='orders_offerevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='offer',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "orders_offerevent" ("campaign_id", "cost_fen", "counted", "id", "limit_each", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "price_fen", "product_id", "stock", "unit") VALUES (NEW."campaign_id", NEW."cost_fen", NEW."counted", NEW."id", NEW."limit_each", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."position", NEW."price_fen", NEW."product_id", NEW."stock", NEW."unit"); RETURN NULL;', hash='df42fa80f0dd81d9dae4a0820a6039761fe7e39a', operation='INSERT', pgid='pgtrigger_insert_insert_fb440', table='orders_offer', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='offer',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."campaign_id" IS DISTINCT FROM (NEW."campaign_id") OR OLD."cost_fen" IS DISTINCT FROM (NEW."cost_fen") OR OLD."counted" IS DISTINCT FROM (NEW."counted") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."limit_each" IS DISTINCT FROM (NEW."limit_each") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."position" IS DISTINCT FROM (NEW."position") OR OLD."price_fen" IS DISTINCT FROM (NEW."price_fen") OR OLD."product_id" IS DISTINCT FROM (NEW."product_id") OR OLD."stock" IS DISTINCT FROM (NEW."stock") OR OLD."unit" IS DISTINCT FROM (NEW."unit"))', func='INSERT INTO "orders_offerevent" ("campaign_id", "cost_fen", "counted", "id", "limit_each", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "price_fen", "product_id", "stock", "unit") VALUES (NEW."campaign_id", NEW."cost_fen", NEW."counted", NEW."id", NEW."limit_each", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."position", NEW."price_fen", NEW."product_id", NEW."stock", NEW."unit"); RETURN NULL;', hash='6d9ac968f90cc728619564b5e75e4fc126353562', operation='UPDATE', pgid='pgtrigger_update_update_6df64', table='orders_offer', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='productevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='615f630206bc089bc0b67cb07f7d84bb8e36618c', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_09809', table='orders_productevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='salefact',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='a736939bfd11c0afd184fd83121ab2841266e53d', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_ef73a', table='orders_salefact', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='order',
            trigger=pgtrigger.compiler.Trigger(name='intake_is_frozen', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."campaign_id" IS DISTINCT FROM (NEW."campaign_id") OR OLD."group_id" IS DISTINCT FROM (NEW."group_id") OR OLD."member_id" IS DISTINCT FROM (NEW."member_id") OR OLD."source" IS DISTINCT FROM (NEW."source") OR OLD."placed_at" IS DISTINCT FROM (NEW."placed_at") OR OLD."order_day" IS DISTINCT FROM (NEW."order_day") OR OLD."placed_by_id" IS DISTINCT FROM (NEW."placed_by_id") OR OLD."leader_id" IS DISTINCT FROM (NEW."leader_id") OR OLD."referrer_1_id" IS DISTINCT FROM (NEW."referrer_1_id") OR OLD."referrer_2_id" IS DISTINCT FROM (NEW."referrer_2_id") OR OLD."is_first" IS DISTINCT FROM (NEW."is_first") OR OLD."link_code" IS DISTINCT FROM (NEW."link_code") OR OLD."link_basis" IS DISTINCT FROM (NEW."link_basis"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='11d452d1da91a13b1b312342dfbca1e15776b548', operation='UPDATE', pgid='pgtrigger_intake_is_frozen_8a8a5', table='orders_order', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='orderline',
            trigger=pgtrigger.compiler.Trigger(name='price_is_frozen', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."order_id" IS DISTINCT FROM (NEW."order_id") OR OLD."offer_id" IS DISTINCT FROM (NEW."offer_id") OR OLD."price_fen" IS DISTINCT FROM (NEW."price_fen") OR OLD."limit_each" IS DISTINCT FROM (NEW."limit_each"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='4bc0a26113ed285ab3d86ac63b6278e61e51552f', operation='UPDATE', pgid='pgtrigger_price_is_frozen_43046', table='orders_orderline', when='BEFORE')),
        ),
    ]
