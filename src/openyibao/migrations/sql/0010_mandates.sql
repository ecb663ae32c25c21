-- Family mandates (docs/adr/0020): who may show whose code within which edges; and bills that the phone must confirm.
-- Mandates stand in the principal's bucket, what is paid under them in the principal's cell.

create table kinships (
    bucket int not null,
    kinship_id bigint not null,
    child_person_id bigint not null,
    guardian_bucket int not null,
    guardian_person_id bigint not null,
    basis text not null check (basis in ('parent', 'guardian')),
    proof text not null check (proof in ('birth_certificate', 'household_register', 'appointment')),
    proof_digest bytea not null,
    entered_at timestamptz not null,
    maker text not null,
    approver text not null check (approver <> maker),
    primary key (bucket, kinship_id)
);
create index kinships_by_child on kinships (bucket, child_person_id, guardian_person_id);

create table family_mandates (
    bucket int not null,
    mandate_id bigint not null,
    principal_person_id bigint not null,
    principal_masked text not null,
    principal_birth_on date not null,
    agent_bucket int not null,
    agent_person_id bigint not null,
    agent_masked text not null,
    basis text not null check (basis in ('parent', 'guardian', 'spouse', 'child', 'other')),
    purposes text[] not null check (cardinality(purposes) between 1 and 20),
    per_bill_fen bigint check (per_bill_fen >= 0),
    per_day_fen bigint check (per_day_fen >= 0),
    sees text not null check (sees in ('nothing', 'bills', 'balance')),
    may_file boolean not null,
    valid_from date not null,
    valid_until date,
    offered_at timestamptz not null,
    offered_by text not null check (offered_by in ('principal', 'agent', 'agency')),
    consented_at timestamptz,
    consent_way text check (consent_way in ('guardian', 'own_device', 'face', 'officer')),
    own_consent_at timestamptz,
    own_consent_way text check (own_consent_way in ('own_device', 'face', 'officer')),
    ended_at timestamptz,
    ended_by text check (ended_by in ('principal', 'agent', 'agency')),
    primary key (bucket, mandate_id),
    check (valid_until >= valid_from),
    check ((consented_at is null) = (consent_way is null)),
    check ((own_consent_at is null) = (own_consent_way is null)),
    check ((ended_at is null) = (ended_by is null)),
    check (own_consent_at is null or consented_at is not null),
    check (bucket <> agent_bucket or principal_person_id <> agent_person_id)
);
create index family_mandates_by_principal on family_mandates (bucket, principal_person_id, mandate_id);

create table mandate_pointers (
    bucket int not null,
    agent_person_id bigint not null,
    mandate_id bigint not null,
    principal_bucket int not null,
    principal_person_id bigint not null,
    primary key (bucket, agent_person_id, mandate_id)
);

create table mandate_bindings (
    bucket int not null,
    binding_id bigint not null,
    mandate_id bigint not null,
    agent_bucket int not null,
    agent_binding_id bigint not null,
    bound_at timestamptz not null,
    primary key (bucket, binding_id)
);
create index mandate_bindings_by_mandate on mandate_bindings (bucket, mandate_id, binding_id);

create table mandate_uses (
    cell int not null,
    use_id bigint not null,
    mandate_id bigint not null,
    principal_person_id bigint not null,
    kind text not null check (kind in ('used', 'refunded')),
    amount_fen bigint not null check (amount_fen >= 0),
    settlement_id bigint not null,
    institution_id bigint not null,
    used_on date not null,
    primary key (cell, use_id)
);
create index mandate_uses_by_mandate on mandate_uses (cell, mandate_id, used_on);

-- A relative's showing is told by its mandate: on what was shown, and on the token that came of it.
alter table presentations add column mandate_id bigint;
alter table visit_tokens add column mandate_id bigint;
-- A card on the reader in place of a code (FIELD 19).
alter table presentations add column card_kind text check (card_kind in ('identity_card', 'social_security_card'));
alter table visit_tokens add column card_kind text check (card_kind in ('identity_card', 'social_security_card'));

create table insurance_cards (
    bucket int not null,
    card_id bigint not null,
    person_id bigint not null,
    number_digest bytea not null,
    entered_at timestamptz not null,
    entered_by text not null,
    primary key (bucket, card_id)
);
create index insurance_cards_by_person on insurance_cards (bucket, person_id, card_id);

create table card_reports (
    bucket int not null,
    report_id bigint not null,
    person_id bigint not null,
    kind text not null check (kind in ('identity_card', 'social_security_card')),
    reported text not null check (reported in ('lost', 'found')),
    reported_at timestamptz not null,
    reported_by text not null,
    primary key (bucket, report_id)
);
create index card_reports_by_person on card_reports (bucket, person_id, report_id);

create index presentations_by_mandate on presentations (bucket, mandate_id, presentation_id) where mandate_id is not null;

create table bill_confirmations (
    cell int not null,
    confirmation_id bigint not null,
    institution_id bigint not null,
    request_key text not null check (length(request_key) between 1 and 128),
    person_id bigint not null,
    mandate_id bigint,
    terminal_code text not null,
    operator_code text not null,
    amount_fen bigint not null check (amount_fen > 0),
    fee_total_fen bigint not null,
    asked_at timestamptz not null,
    expires_at timestamptz not null,
    state text not null check (state in ('asked', 'confirmed', 'refused')),
    answered_at timestamptz,
    answered_by bigint,
    primary key (cell, confirmation_id),
    unique (cell, institution_id, request_key),
    check ((state = 'asked') = (answered_at is null)),
    check ((answered_at is null) = (answered_by is null))
);
create index bill_confirmations_by_person on bill_confirmations (cell, person_id, confirmation_id);

create trigger insert_only before update or delete or truncate on kinships for each statement execute function refuse_change();
create trigger insert_only before update or delete or truncate on mandate_pointers for each statement execute function refuse_change();
create trigger insert_only before update or delete or truncate on mandate_bindings for each statement execute function refuse_change();
create trigger insert_only before update or delete or truncate on mandate_uses for each statement execute function refuse_change();

grant select, insert, update on family_mandates, bill_confirmations to openyibao_app;
create trigger insert_only before update or delete or truncate on insurance_cards for each statement execute function refuse_change();
create trigger insert_only before update or delete or truncate on card_reports for each statement execute function refuse_change();
grant select, insert on insurance_cards, card_reports, kinships, mandate_pointers, mandate_bindings, mandate_uses to openyibao_app;
