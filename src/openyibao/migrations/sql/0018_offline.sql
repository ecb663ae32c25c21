-- Codes taken without a network, as they were sent in. National, by bucket.

create table offline_acceptances (
    bucket int not null,
    acceptance_id bigint not null,
    institution_id bigint not null,
    terminal_code text not null,
    operator_code text not null,
    purpose text not null,
    request_key text not null check (length(request_key) between 8 and 64),
    code_digest bytea not null check (length(code_digest) = 32),
    amount_fen bigint not null check (amount_fen > 0),
    taken_at timestamptz not null,
    synced_at timestamptz not null,
    state text not null check (state in ('accepted', 'refused')),
    reason text,
    facts jsonb not null,
    person_id bigint,
    presentation_id bigint,
    primary key (bucket, acceptance_id),
    check ((state = 'refused') = (reason is not null)),
    check ((state = 'accepted') = (presentation_id is not null))
);
-- A repeat knows the id from its request key, not the bucket of the person.
create index offline_acceptances_by_id on offline_acceptances (acceptance_id);
create index offline_acceptances_by_institution on offline_acceptances (institution_id, taken_at);
create index offline_acceptances_by_person on offline_acceptances (bucket, person_id, acceptance_id) where person_id is not null;
create trigger insert_only before update or delete or truncate on offline_acceptances
    for each statement execute function refuse_change();
grant select, insert on offline_acceptances to openyibao_app;
