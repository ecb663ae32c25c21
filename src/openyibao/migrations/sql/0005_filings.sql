-- Filings: what somebody has on record beforehand (a disease, care elsewhere, a drug, a chosen institution), the decisions
-- on it, the lists of items that a filing opens, and what a visit's benefit stands on.

create table filings (
    cell int not null,
    filing_id bigint not null,
    person_id bigint not null,
    pooling_area int not null,
    insurance_type text not null,
    kind text not null,
    disease_code text not null,
    item_code text not null,
    treatment_area int not null,
    institution_codes text[] not null,
    practitioner_code text not null,
    begins_on date not null,
    ends_on date,
    counts_at_once boolean not null,
    filed_by text not null check (filed_by in ('person', 'institution', 'agency')),
    filer text not null,
    evidence_digest bytea,
    predecessor_id bigint,
    filed_at timestamptz not null,
    state text not null check (state in ('filed', 'approved', 'refused', 'ended', 'withdrawn')),
    valid_until date,
    bound_to text[] not null,
    decision_count int not null check (decision_count >= 0),
    primary key (cell, person_id, filing_id),
    check (ends_on is null or ends_on >= begins_on)
) with (fillfactor = 80);
-- Overlap of days is looked at under the person's lock; this keeps the crudest double out whatever happens there.
create unique index filings_once on filings (cell, person_id, kind, disease_code, item_code, treatment_area, begins_on)
    where state in ('filed', 'approved');

create index filings_by_id on filings (cell, filing_id);
create index filings_waiting on filings (cell, filed_at) where state = 'filed' and not counts_at_once;

create table filing_decisions (
    cell int not null,
    decision_id bigint not null,
    filing_id bigint not null,
    decision_no int not null check (decision_no >= 1),
    act text not null check (act in ('approve', 'refuse', 'end', 'withdraw', 'change_institutions')),
    decided_by text not null check (decided_by in ('person', 'institution', 'agency')),
    officer text not null,
    why text not null,
    valid_until date,
    bound_to text[] not null,
    decided_on date not null,
    decided_at timestamptz not null,
    primary key (cell, filing_id, decision_no)
);
create index filing_decisions_by_id on filing_decisions (cell, decision_id);

-- Items of a disease's own list, of the dual channel, of special drugs: reference, read into memory with the catalogue.
create table catalogue_lists (
    catalogue_area int not null,
    list_kind text not null check (list_kind in ('chronic', 'dual_channel')),
    disease_code text not null,
    item_code text not null check (length(item_code) between 1 and 40),
    valid_from date not null,
    valid_until date,
    primary key (catalogue_area, list_kind, disease_code, item_code, valid_from),
    check (valid_until is null or valid_until >= valid_from)
);

alter table encounters add column grounds jsonb;

create trigger insert_only before update or delete or truncate on filing_decisions
    for each statement execute function refuse_change();
create trigger insert_only before update or delete or truncate on catalogue_lists
    for each statement execute function refuse_change();
grant select, insert, update on filings to openyibao_app;
grant select, insert on filing_decisions, catalogue_lists to openyibao_app;
