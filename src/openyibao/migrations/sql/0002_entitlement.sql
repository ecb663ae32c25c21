-- Entitlement over time: contributions, circumstances, and what follows from them on the enrolment's own row, so that
-- settling reads nothing more. Insert-only: contributions and circumstances; what was paid is never taken back by an update.

-- ── people: a person dies, or turns out to be another; `changes` counts what the audit was told since ────────────────
alter table persons
    add column merged_into_bucket int,
    add column merged_into bigint,
    add column changes int not null default 0 check (changes >= 0);

-- ── enrolments: derived columns, written by the verbs of the room entitlement, recomputed by verify ──────────────────
alter table enrolments
    add column paid_until date,
    add column running_since date,
    add column terms_hash text,
    add column changes int not null default 0 check (changes >= 0);

-- Periods are replaced with their enrolment, and a million at once come by COPY: verify holds what the key would.
alter table entitlement_periods drop constraint entitlement_periods_cell_person_id_enrolment_id_fkey;
grant delete on entitlement_periods to openyibao_app;

-- ── credentials: which insured area is in use may change; the audit is told each time ────────────────────────────────
alter table credentials add column area_changes int not null default 0 check (area_changes >= 0);

-- ── reference: the numbers of an area that periods were derived with, by digest ──────────────────────────────────────
create table entitlement_terms (
    terms_hash text primary key check (length(terms_hash) = 16),
    terms jsonb not null
);

-- ── money: by cell ───────────────────────────────────────────────────────────────────────────────────────────────────
-- A row is a run of months that one act paid for: twelve months paid in their time are one row. Sums are of the whole run.
create table contributions (
    cell int not null,
    person_id bigint not null,
    enrolment_id bigint not null,
    contribution_id bigint not null,
    first_month int not null check (first_month % 100 between 1 and 12),
    last_month int not null check (last_month % 100 between 1 and 12),
    base_fen bigint not null check (base_fen >= 0),
    employer_fen bigint not null check (employer_fen >= 0),
    personal_fen bigint not null check (personal_fen >= 0),
    paid_on date,
    entered_at timestamptz not null,
    primary key (cell, person_id, enrolment_id, contribution_id),
    check (last_month >= first_month)
);

create table entitlement_circumstances (
    cell int not null,
    person_id bigint not null,
    enrolment_id bigint not null,
    circumstance_id bigint not null,
    kind text not null check (kind in ('suspended', 'carried', 'ended')),
    ground text not null check (length(ground) between 1 and 40),
    begins_on date not null,
    ends_on date,
    entered_at timestamptz not null,
    primary key (cell, person_id, enrolment_id, circumstance_id),
    check (ends_on is null or ends_on >= begins_on)
);

-- ── imports: where a file stands, each part of its people by itself, written with the rows it brought ───────────────────────────────────────────────────
create table import_runs (
    bucket int not null,
    run_id bigint not null,
    noun text not null check (noun in ('people', 'enrolments', 'contributions')),
    file_digest bytea not null,
    part int not null check (part >= 0),
    parts int not null check (parts > part),
    state text not null check (state in ('running', 'finished')),
    position_octets bigint not null,
    lines_done bigint not null,
    entered bigint not null,
    unchanged bigint not null,
    refused bigint not null,
    faults jsonb not null,
    begun_at timestamptz not null,
    changed_at timestamptz not null,
    primary key (bucket, run_id),
    unique (bucket, noun, file_digest, part)
);

create trigger insert_only before update or delete or truncate on contributions for each statement execute function refuse_change();
create trigger insert_only before update or delete or truncate on entitlement_circumstances for each statement execute function refuse_change();
create trigger insert_only before update or delete or truncate on entitlement_terms for each statement execute function refuse_change();
grant select, insert on contributions, entitlement_circumstances, entitlement_terms to openyibao_app;
grant select, insert, update on import_runs to openyibao_app;
