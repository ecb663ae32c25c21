-- The credential's whole life (C1, C2, C8, C9): roles of its holder, what it supersedes, its place in a status list; documents
-- that a person had or has; what is bound besides phones; keys of the issuer by state.

-- ── issuer keys: published while coming, so that verifiers know a key before it signs ──────────────────────────────
alter table data_keys
    add column state text not null default 'signing' check (state in ('coming', 'signing', 'verifying', 'retired')),
    add column state_changed_at timestamptz;

-- ── persons: a document other than the one their row was placed by leads to them ─────────────────────────────────────
create table person_documents (
    bucket int not null,
    document_digest bytea not null,
    person_bucket int not null,
    person_id bigint not null,
    entry_id bigint not null,
    entered_at timestamptz not null,
    primary key (bucket, document_digest)
);

-- ── credentials ──────────────────────────────────────────────────────────────────────────────────────────────────────
alter table credentials
    alter column person_id drop not null,
    add column status_index bigint,
    add column stop_ground text check (stop_ground in ('holder', 'agency', 'departed', 'merged', 'superseded')),
    add column supersedes bigint,
    add column superseded_by bigint,
    add constraint credentials_superseded check (superseded_by is null or (state = 'revoked' and stop_ground = 'superseded'));
update credentials c set status_index = n.place
from (select bucket, credential_id, row_number() over (partition by bucket order by credential_id) - 1 as place
      from credentials) n
where n.bucket = c.bucket and n.credential_id = c.credential_id;
update credentials set stop_ground = 'agency' where state in ('suspended', 'revoked');
alter table credentials
    alter column status_index set not null,
    add constraint credentials_status_index check (status_index >= 0),
    add constraint credentials_stop_ground check ((stop_ground is not null) = (state in ('suspended', 'revoked'))),
    drop constraint credentials_bucket_identity_digest_key;
-- One credential per (name, document type, document number); one that was superseded frees its identity.
create unique index credentials_by_identity on credentials (bucket, identity_digest) where superseded_by is null;
create unique index credentials_by_status on credentials (bucket, status_index);
create index credentials_stopped on credentials (bucket, status_index) where state in ('suspended', 'revoked');

create table status_counters (
    bucket int not null primary key,
    taken bigint not null check (taken >= 0)
);
insert into status_counters (bucket, taken)
select bucket, max(status_index) + 1 from credentials group by bucket;

create table credential_roles (
    bucket int not null,
    role_id bigint not null,
    credential_id bigint not null,
    kind text not null check (kind in ('agency_staff', 'doctor', 'nurse', 'pharmacist', 'technician', 'hospital',
        'pharmacy', 'company')),
    -- Leads to the institution and its practitioner; 0 and '' where the kind has none.
    institution_id bigint not null,
    subject_code text not null check (length(subject_code) <= 40),
    entered_at timestamptz not null,
    ended_at timestamptz,
    primary key (bucket, role_id),
    foreign key (bucket, credential_id) references credentials (bucket, credential_id)
);
create unique index credential_roles_once on credential_roles (bucket, credential_id, kind, institution_id, subject_code)
    where ended_at is null;

-- ── bindings: names change, an ID card may carry a credential, a printed code is one with limits ─────────────────────
alter table bindings drop constraint bindings_kind_check;
alter table bindings
    add constraint bindings_kind_check check (kind in ('own', 'family', 'carrier', 'printed')),
    add column renames int not null default 0 check (renames >= 0),
    add column carrier_digest bytea,
    add column end_ground text,
    add constraint bindings_carrier check ((carrier_digest is not null) = (kind = 'carrier'));
update bindings set end_ground = 'holder' where state = 'ended';
create unique index bindings_by_carrier on bindings (bucket, carrier_digest) where state = 'active';

create table printed_limits (
    bucket int not null,
    binding_id bigint not null,
    purposes text[] not null check (cardinality(purposes) between 1 and 10),
    uses_max int not null check (uses_max between 1 and 100),
    amount_limit_fen bigint not null check (amount_limit_fen >= 0),
    expires_at timestamptz not null,
    officer text not null,
    primary key (bucket, binding_id),
    foreign key (bucket, binding_id) references bindings (bucket, binding_id)
);

create table hotline_acts (
    bucket int not null,
    act_id bigint not null,
    person_id bigint not null,
    facts_checked text[] not null check (cardinality(facts_checked) between 2 and 6),
    call_back_digest bytea not null,
    officer text not null,
    why text not null check (length(why) between 1 and 200),
    bindings_ended bigint[] not null,
    acted_at timestamptz not null,
    primary key (bucket, act_id)
);

create trigger insert_only before update or delete or truncate on person_documents for each statement execute function refuse_change();
create trigger insert_only before update or delete or truncate on printed_limits for each statement execute function refuse_change();
create trigger insert_only before update or delete or truncate on hotline_acts for each statement execute function refuse_change();
grant select, insert on person_documents, printed_limits, hotline_acts to openyibao_app;
grant select, insert, update on status_counters, credential_roles to openyibao_app;
