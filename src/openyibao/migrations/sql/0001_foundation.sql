-- Foundation: reference tables, national tables by bucket, money tables by cell, audit by chain.
-- Distribution (which column leads which table) is written in migrations/distribution.py and held by a test.
-- No foreign keys on the hot insert-only tables (fee_items, settlements, postings, audit_events): one check per row
-- costs more than the row; `openyibao verify` checks what they would.

-- ── reference: small, shared, read from memory ────────────────────────────────────────────────────────────────────
create table reference_versions (
    noun text primary key,
    version bigint not null
);

create table data_keys (
    key_id int primary key,
    purpose text not null,
    suite text not null,
    made_on date not null,
    wrapped bytea not null,
    public_key bytea
);

create table divisions (
    division_code int primary key check (division_code between 100000 and 999999),
    name text not null
);

create table pooling_areas (
    pooling_area int primary key check (pooling_area between 100000 and 999999),
    name text not null,
    province int not null check (province between 10 and 99),
    cells int not null check (cells between 1 and 64),
    settings jsonb not null default '{}'
);

create table agency_areas (
    agency_area int not null check (agency_area between 100000 and 999999),
    valid_from date not null,
    valid_until date,
    pooling_area int not null references pooling_areas,
    kind text not null check (kind in ('county', 'city', 'city_direct', 'province_direct', 'corps')),
    name text not null,
    primary key (agency_area, valid_from),
    check (valid_until is null or valid_until >= valid_from)
);

create table institutions (
    institution_id bigint primary key,
    institution_code text not null unique check (length(institution_code) between 6 and 40),
    name text not null,
    kind text not null check (kind in ('hospital', 'pharmacy')),
    grade smallint not null check (grade between 1 and 14),
    level text not null check (level in ('community', 'primary', 'secondary', 'tertiary', 'ministry')),
    price_limit_level text not null check (price_limit_level in ('community', 'primary', 'secondary', 'tertiary', 'ministry')),
    treatment_area int not null,
    state text not null check (state in ('active', 'suspended', 'ended')),
    public_key bytea
);

create table service_agreements (
    institution_id bigint not null references institutions,
    pooling_area int not null references pooling_areas,
    service text not null,
    valid_from date not null,
    valid_until date,
    primary key (institution_id, pooling_area, service, valid_from),
    check (valid_until is null or valid_until >= valid_from)
);

create table practitioners (
    institution_id bigint not null references institutions,
    practitioner_code text not null check (length(practitioner_code) between 1 and 40),
    name text not null,
    kind text not null check (kind in ('doctor', 'nurse', 'pharmacist', 'technician')),
    payment_standing text not null check (payment_standing in ('good', 'suspended', 'ended')),
    suspended_until date,
    primary key (institution_id, practitioner_code)
);

create table terminals (
    institution_id bigint not null references institutions,
    terminal_code text not null check (length(terminal_code) between 1 and 40),
    kind text not null,
    active boolean not null,
    primary key (institution_id, terminal_code)
);

create table operators (
    institution_id bigint not null references institutions,
    operator_code text not null check (length(operator_code) between 1 and 40),
    name text not null,
    role text not null check (role in ('cashier', 'pharmacist', 'nurse', 'manager')),
    active boolean not null,
    password_hash text not null,
    second_factor_sealed bytea not null,
    failures int not null default 0,
    locked_until timestamptz,
    last_second_factor_step bigint not null default 0,
    primary key (institution_id, operator_code)
);

create table session_keys (
    session_key_id bigint primary key,
    institution_id bigint not null references institutions,
    secret_sealed bytea not null,
    issued_at timestamptz not null,
    expires_at timestamptz not null,
    ended_at timestamptz
);

create table catalogue_items (
    catalogue_item_id bigint primary key,
    item_code text not null check (length(item_code) between 1 and 40),
    catalogue_area int not null,
    name text not null,
    kind text not null check (kind in ('drug', 'service', 'consumable')),
    payment_class text not null check (payment_class in ('a', 'b', 'c')),
    first_share_bp int not null check (first_share_bp between 0 and 10000),
    first_share_fixed_fen bigint not null check (first_share_fixed_fen >= 0),
    price_limit_micro jsonb not null default '{}',
    restricted boolean not null,
    trace_due boolean not null,
    unit text not null,
    specification text not null,
    valid_from date not null,
    valid_until date,
    unique (item_code, catalogue_area, valid_from),
    check (first_share_bp = 0 or first_share_fixed_fen = 0),
    check (valid_until is null or valid_until >= valid_from)
);

create table policy_documents (
    document_hash text primary key check (length(document_hash) = 64),
    pooling_area int not null,
    insurance_type text not null,
    valid_from date not null,
    valid_until date,
    title text not null,
    body text not null,
    published_at timestamptz not null,
    unique (pooling_area, insurance_type, valid_from)
);

-- ── national: by bucket ───────────────────────────────────────────────────────────────────────────────────────────
create table persons (
    bucket int not null,
    person_id bigint not null,
    name text not null check (length(name) between 1 and 100),
    document_type text not null,
    document_sealed bytea not null,
    document_digest bytea not null,
    phone_sealed bytea,
    phone_digest bytea,
    sex text not null check (sex in ('male', 'female', 'unknown')),
    birth_on date not null,
    died_on date,
    registered_at timestamptz not null,
    primary key (bucket, person_id),
    unique (bucket, document_digest)
);

create table credentials (
    bucket int not null,
    credential_id bigint not null,
    person_id bigint not null,
    identity_digest bytea not null,
    state text not null check (state in ('issued', 'activated', 'suspended', 'revoked')),
    insured_cell int,
    insured_area int,
    statement bytea not null,
    statement_signature bytea not null,
    issuer_key_id int not null,
    issued_at timestamptz not null,
    activated_at timestamptz,
    state_changed_at timestamptz not null,
    primary key (bucket, credential_id),
    unique (bucket, identity_digest),
    foreign key (bucket, person_id) references persons (bucket, person_id)
);
create index credentials_by_person on credentials (bucket, person_id);

create table bindings (
    bucket int not null,
    binding_id bigint not null,
    credential_id bigint not null,
    person_id bigint not null,
    serial bigint not null check (serial between 0 and 9999999999),
    province int not null check (province between 10 and 99),
    kind text not null check (kind in ('own', 'family')),
    channel_code text not null,
    device_name text not null,
    secret_sealed bytea not null,
    session_digest bytea,
    state text not null check (state in ('active', 'ended')),
    bound_at timestamptz not null,
    ended_at timestamptz,
    primary key (bucket, binding_id),
    unique (bucket, serial), unique (bucket, session_digest),
    foreign key (bucket, credential_id) references credentials (bucket, credential_id)
);
create index bindings_by_credential on bindings (bucket, credential_id);

create table activations (
    bucket int not null,
    activation_id bigint not null,
    person_id bigint not null,
    phone_sealed bytea not null,
    code_digest bytea not null,
    attempts int not null default 0,
    state text not null check (state in ('code_sent', 'completed', 'failed')),
    consent_version text not null,
    channel_code text not null,
    device_name text not null,
    started_at timestamptz not null,
    expires_at timestamptz not null,
    primary key (bucket, activation_id)
);
create index activations_by_person on activations (bucket, person_id, started_at);

create table presentations (
    bucket int not null,
    binding_id bigint not null,
    step bigint not null,
    presentation_id bigint not null,
    credential_id bigint not null,
    person_id bigint not null,
    cell int not null,
    institution_id bigint not null,
    terminal_code text not null,
    operator_code text not null,
    purpose text not null,
    caller_key text,
    token_key_id int not null,
    presented_at timestamptz not null,
    expires_at timestamptz not null,
    primary key (bucket, binding_id, step)
);

create table visit_tokens (
    bucket int not null,
    token_digest bytea not null,
    presentation_id bigint not null,
    cell int not null,
    person_id bigint not null,
    institution_id bigint not null,
    terminal_code text not null,
    purpose text not null,
    presented_at timestamptz not null,
    expires_at timestamptz not null,
    primary key (bucket, token_digest)
);

create table scan_refusals (
    bucket int not null,
    refusal_id bigint not null,
    institution_id bigint not null,
    terminal_code text not null,
    operator_code text not null,
    purpose text not null,
    binding_id bigint,
    person_id bigint,
    reason text not null,
    facts jsonb not null,
    refused_at timestamptz not null,
    primary key (bucket, refusal_id)
);

create table scan_refusal_counts (
    bucket int not null,
    institution_id bigint not null,
    reason text not null,
    minute bigint not null,
    refused_count bigint not null,
    primary key (bucket, institution_id, reason, minute)
);

create table outbox (
    bucket int not null,
    message_id bigint not null,
    kind text not null,
    content_sealed bytea not null,
    state text not null check (state in ('waiting', 'sent', 'given_up')),
    attempts int not null default 0,
    due_at timestamptz not null,
    made_at timestamptz not null,
    primary key (bucket, message_id)
);
create index outbox_due on outbox (due_at) where state = 'waiting';

create table request_keys (
    bucket int not null,
    institution_id bigint not null,
    verb text not null,
    request_key text not null check (length(request_key) between 1 and 128),
    cell int not null,
    digest bytea not null,
    outcome_id bigint not null,
    made_at timestamptz not null,
    primary key (bucket, institution_id, verb, request_key)
);

-- ── money: by cell ────────────────────────────────────────────────────────────────────────────────────────────────
create table refusals (
    cell int not null,
    refusal_id bigint not null,
    institution_id bigint not null,
    verb text not null,
    person_id bigint,
    encounter_id bigint,
    reason text not null,
    facts jsonb not null,
    refused_at timestamptz not null,
    primary key (cell, refusal_id)
);

create table enrolments (
    cell int not null,
    person_id bigint not null,
    enrolment_id bigint not null,
    agency_area int not null,
    pooling_area int not null,
    insurance_type text not null,
    person_category text not null,
    groups text[] not null default '{}',
    birth_on date not null,
    begins_on date not null,
    ends_on date,
    primary key (cell, person_id, enrolment_id),
    check (ends_on is null or ends_on >= begins_on)
);

create table entitlement_periods (
    cell int not null,
    person_id bigint not null,
    enrolment_id bigint not null,
    fund text not null,
    begins_on date not null,
    ends_on date,
    state text not null check (state in ('paid', 'waiting', 'arrears', 'suspended', 'ended')),
    primary key (cell, person_id, enrolment_id, fund, begins_on),
    foreign key (cell, person_id, enrolment_id) references enrolments (cell, person_id, enrolment_id),
    check (ends_on is null or ends_on >= begins_on)
);

create table personal_accounts (
    cell int not null,
    person_id bigint not null,
    pot text not null check (pot in ('current', 'past')),
    account_id bigint not null,
    balance_fen bigint not null check (balance_fen >= 0),
    primary key (cell, person_id, pot)
) with (fillfactor = 80);

create table accumulators (
    cell int not null,
    person_id bigint not null,
    insurance_type text not null,
    policy_year int not null,
    amounts jsonb not null,
    turn bigint not null check (turn >= 1),
    primary key (cell, person_id, insurance_type, policy_year)
) with (fillfactor = 80);

create table encounters (
    cell int not null,
    encounter_id bigint not null,
    person_id bigint not null,
    enrolment_id bigint not null,
    institution_id bigint not null,
    kind text not null,
    state text not null check (state in ('open', 'closed')),
    treatment_area int not null,
    opened_on date not null,
    opened_at timestamptz not null,
    closed_on date,
    practitioner_code text not null,
    presentation_id bigint,
    admission_no int not null check (admission_no >= 0),
    diagnoses jsonb not null,
    primary key (cell, encounter_id)
) with (fillfactor = 90);

create table stays (
    cell int not null,
    person_id bigint not null,
    policy_year int not null,
    encounter_id bigint not null,
    admission_no int not null check (admission_no >= 1), counts boolean not null,
    primary key (cell, person_id, policy_year, encounter_id)
);

create table fee_batches (
    cell int not null,
    encounter_id bigint not null,
    fee_batch_id bigint not null,
    state text not null check (state in ('open', 'settled', 'removed')),
    settlement_id bigint,
    primary key (cell, encounter_id, fee_batch_id)
) with (fillfactor = 90);

create table fee_items (
    cell int not null,
    fee_item_id bigint not null,
    encounter_id bigint not null,
    fee_batch_id bigint not null,
    line_no int not null,
    item_code text not null,
    catalogue_item_id bigint not null,
    quantity_e4 bigint not null,
    unit_price_micro bigint not null,
    amount_fen bigint not null,
    practitioner_code text not null,
    trace_codes text[] not null,
    split_pack boolean not null,
    hospital_approved boolean not null,
    original_fee_item_id bigint,
    primary key (cell, encounter_id, fee_item_id)
) partition by range (fee_item_id);

create table settlements (
    cell int not null,
    settlement_id bigint not null,
    kind text not null check (kind in ('settlement', 'reversal')),
    original_settlement_id bigint,
    encounter_id bigint not null,
    person_id bigint not null,
    enrolment_id bigint not null,
    institution_id bigint not null,
    operator_code text not null,
    terminal_code text not null,
    pooling_area int not null,
    treatment_area int not null,
    insurance_type text not null,
    policy_year int not null,
    turn bigint not null check (turn >= 1),
    settled_on date not null,
    settled_at timestamptz not null,
    document_hash text not null,
    facts jsonb not null,
    fee_total_fen bigint not null,
    excluded_fen bigint not null,
    over_limit_fen bigint not null,
    first_share_fen bigint not null,
    in_policy_fen bigint not null,
    deductible_fen bigint not null,
    pooled_fund_fen bigint not null,
    large_sum_fen bigint not null,
    serious_illness_fen bigint not null,
    civil_servant_fen bigint not null,
    employer_supplement_fen bigint not null,
    disabled_veterans_fen bigint not null,
    medical_aid_fen bigint not null,
    maternity_fen bigint not null,
    veteran_cadre_fen bigint not null,
    other_funds_fen bigint not null,
    fund_total_fen bigint not null,
    institution_borne_fen bigint not null,
    person_total_fen bigint not null,
    own_share_fen bigint not null,
    personal_account_fen bigint not null,
    mutual_aid_fen bigint not null,
    cash_fen bigint not null,
    account_balance_after_fen bigint not null,
    primary key (cell, settlement_id),
    check (fee_total_fen = excluded_fen + over_limit_fen + first_share_fen + in_policy_fen),
    check (fee_total_fen = fund_total_fen + person_total_fen + institution_borne_fen),
    check (person_total_fen = personal_account_fen + cash_fen)
) partition by range (settlement_id);
create index settlements_by_person on settlements (cell, person_id, settlement_id);

create table settlement_reversals (
    cell int not null,
    settlement_id bigint not null,
    reversal_id bigint not null,
    primary key (cell, settlement_id)
);

create table postings (
    cell int not null,
    posting_id bigint not null,
    settlement_id bigint,
    debit_account bigint not null,
    credit_account bigint not null,
    amount_fen bigint not null check (amount_fen > 0),
    posted_on date not null,
    primary key (cell, posting_id),
    check (debit_account <> credit_account)
) partition by range (posting_id);

-- ── audit: by chain ───────────────────────────────────────────────────────────────────────────────────────────────
create table audit_events (
    chain int not null,
    event_id bigint not null,
    seq bigint not null,
    leaf_no int not null,
    kind text not null,
    cell int not null,
    subject_id bigint not null,
    actor text not null,
    happened_at timestamptz not null,
    content bytea not null,
    primary key (chain, event_id)
) partition by range (event_id);

create table audit_links (
    chain int not null,
    seq bigint not null,
    event_count int not null,
    first_event_id bigint not null,
    root bytea not null,
    previous_hash bytea not null,
    link_hash bytea not null,
    signature bytea not null,
    key_id int not null,
    linked_at timestamptz not null,
    primary key (chain, seq)
);

-- ── insert-only: the second wall (the first is that the service's role has no UPDATE or DELETE there) ──────────────
create function refuse_change() returns trigger language plpgsql as $body$
begin
    raise exception 'rows of % are insert-only', tg_table_name using errcode = 'insufficient_privilege';
end
$body$;
create trigger insert_only before update or delete or truncate on settlements for each statement execute function refuse_change();
create trigger insert_only before update or delete or truncate on postings for each statement execute function refuse_change();
create trigger insert_only before update or delete or truncate on audit_events for each statement execute function refuse_change();
create trigger insert_only before update or delete or truncate on audit_links for each statement execute function refuse_change();
create trigger insert_only before update or delete or truncate on fee_items for each statement execute function refuse_change();
create trigger insert_only before update or delete or truncate on policy_documents for each statement execute function refuse_change();

-- ── partitions: a default catches what no month holds; months are added by migrate and serve ──────────────────────
create table fee_items_default partition of fee_items default;
create table settlements_default partition of settlements default;
create table postings_default partition of postings default;
create table audit_events_default partition of audit_events default;

-- ── the service's role owns nothing ───────────────────────────────────────────────────────────────────────────────
do $body$
begin
    if not exists (select from pg_roles where rolname = 'openyibao_app') then
        create role openyibao_app login;
    end if;
end
$body$;
grant usage on schema public to openyibao_app;
grant select, insert, update on all tables in schema public to openyibao_app;
revoke update on settlements, postings, audit_events, audit_links, fee_items, policy_documents, request_keys, refusals,
    presentations, visit_tokens, scan_refusals, settlement_reversals,
    fee_items_default, settlements_default, postings_default, audit_events_default
    from openyibao_app;
grant delete on activations to openyibao_app;
insert into reference_versions (noun, version)
values ('institutions', 1), ('catalogue', 1), ('areas', 1), ('policies', 1), ('keys', 1);
