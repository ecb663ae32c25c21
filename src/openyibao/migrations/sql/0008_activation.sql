-- Activations as a machine of steps, what was agreed to, passwords of credentials, locks by way, counted tries.

-- What is under way lasts fifteen minutes and is cleared away: the old table holds nothing worth carrying over.
drop table activations;
create table activations (
    bucket int not null,
    activation_id bigint not null,
    holder_digest bytea not null,
    reference text not null,
    channel_kind text not null,
    channel_code text not null,
    device_name text not null,
    steps text[] not null,
    state text not null check (state in ('begun', 'agreed', 'channel_password_given', 'named', 'proved', 'approved',
        'confirmed', 'activated', 'failed')),
    attempts int not null default 0 check (attempts >= 0),
    agreement_version text,
    language text check (language in ('zh', 'en')),
    text_digest bytea,
    agreed_at timestamptz,
    person_bucket int,
    person_id bigint,
    proof text check (proof in ('live_face', 'phone_code', 'channel_assertion', 'officer_check')),
    evidence_digest bytea,
    code_digest bytea,
    officer text,
    approver text,
    insured_cell int,
    insured_area int,
    started_at timestamptz not null,
    expires_at timestamptz not null,
    primary key (bucket, activation_id),
    -- Whatever the program does: nobody is activated who did not agree, was not named and gave no proof.
    check (state not in ('activated', 'confirmed', 'approved', 'proved')
        or (agreed_at is not null and person_id is not null and proof is not null)),
    check (proof is distinct from 'officer_check' or state not in ('activated', 'confirmed', 'approved')
        or (approver is not null and approver is distinct from officer))
);
create index activations_waiting on activations (channel_code, started_at) where state = 'proved';

create index activations_by_end on activations (expires_at);

create table activation_agreements (
    bucket int not null,
    activation_id bigint not null,
    person_id bigint not null,
    agreement_version text not null,
    language text not null check (language in ('zh', 'en')),
    text_digest bytea not null,
    channel_code text not null,
    proof text not null,
    agreed_at timestamptz not null,
    primary key (bucket, activation_id)
);
create index activation_agreements_by_person on activation_agreements (bucket, person_id);

create table activation_tries (
    bucket int not null,
    subject text not null check (subject in ('device', 'address', 'document', 'channel', 'phone')),
    subject_digest bytea not null,
    window_at timestamptz not null,
    tries int not null check (tries > 0),
    primary key (bucket, subject, subject_digest, window_at)
);

create index activation_tries_by_window on activation_tries (window_at);

create table credential_passwords (
    bucket int not null,
    credential_id bigint not null,
    person_id bigint not null,
    hash_sealed bytea not null,
    changes int not null check (changes >= 0),
    set_by text not null check (set_by in ('live_face', 'phone_code', 'channel_assertion', 'officer_check', 'password')),
    set_at timestamptz not null,
    primary key (bucket, credential_id)
);

create table authentication_locks (
    bucket int not null,
    person_id bigint not null,
    way text not null check (way in ('password', 'phone_code', 'live_face', 'operator')),
    failures int not null check (failures >= 0),
    locks int not null check (locks >= 0),
    locked_until timestamptz,
    primary key (bucket, person_id, way)
);

-- What an operator may do beside the counter's work; who has no row has none of it.
create table operator_roles (
    grant_id bigint primary key,
    institution_id bigint not null,
    operator_code text not null,
    role text not null check (role in ('clerk', 'nurse', 'officer', 'approver', 'auditor')),
    given_by text not null,
    given_at timestamptz not null,
    taken_by text,
    taken_at timestamptz,
    foreign key (institution_id, operator_code) references operators (institution_id, operator_code),
    check ((taken_by is null) = (taken_at is null))
);
create unique index operator_roles_once on operator_roles (institution_id, operator_code, role) where taken_at is null;

create trigger insert_only before update or delete or truncate on activation_agreements for each statement execute function refuse_change();

grant select, insert, update, delete on activations, activation_tries to openyibao_app;
grant select, insert on activation_agreements to openyibao_app;
grant select, insert, update on credential_passwords, authentication_locks, operator_roles to openyibao_app;
