-- What an institution's own software calls things, and how it may speak.

create table wire_clients (
    institution_id bigint primary key references institutions (institution_id),
    profile jsonb not null,
    secrets_sealed bytea
);
create table sign_ins (
    bucket int not null,
    sign_in_id bigint not null,
    institution_id bigint not null,
    operator_code text not null check (length(operator_code) between 1 and 40),
    message_no text not null check (length(message_no) between 1 and 128),
    signed_in_at timestamptz not null,
    signed_out_at timestamptz,
    primary key (bucket, sign_in_id),
    unique (bucket, institution_id, message_no)
);
create table visit_notes (
    cell int not null,
    visit_id bigint not null,
    encounter_id bigint not null,
    institution_id bigint not null,
    bucket int not null,
    person_id bigint not null,
    own_number text not null check (length(own_number) <= 60),
    said jsonb not null,
    noted_at timestamptz not null,
    primary key (cell, visit_id)
);
create index visit_notes_by_encounter on visit_notes (cell, encounter_id);
create table line_names (
    cell int not null,
    encounter_id bigint not null,
    line_no int not null,
    fee_batch_id bigint not null,
    own_line text not null check (length(own_line) between 1 and 60),
    own_batch text not null check (length(own_batch) <= 60),
    own_code text not null check (length(own_code) <= 150),
    primary key (cell, encounter_id, line_no)
);
create index line_names_by_batch on line_names (cell, encounter_id, own_batch);
create table handed_in (
    bucket int not null,
    paper_id bigint not null,
    institution_id bigint not null,
    kind text not null check (length(kind) between 1 and 40),
    own_key text not null check (length(own_key) <= 200),
    said jsonb not null,
    state text not null check (state in ('standing', 'replaced', 'withdrawn')),
    handed_in_at timestamptz not null,
    ended_at timestamptz,
    primary key (bucket, paper_id),
    check ((state = 'standing') = (ended_at is null))
);
create unique index handed_in_once on handed_in (bucket, institution_id, kind, own_key) where state = 'standing';
create table exchange_files (
    bucket int not null,
    file_id bigint not null,
    institution_id bigint not null,
    name text not null check (length(name) between 1 and 200),
    content bytea not null check (length(content) <= 50000000),
    made_at timestamptz not null,
    expires_at timestamptz not null,
    primary key (bucket, file_id)
);

-- A card that is read says its number alone.
create index insurance_cards_by_number on insurance_cards (number_digest);

create trigger insert_only before update or delete or truncate on line_names for each statement execute function refuse_change();
grant select, insert, update on wire_clients, sign_ins, visit_notes, handed_in to openyibao_app;
grant select, insert on line_names to openyibao_app;
grant select, insert, delete on exchange_files to openyibao_app;
