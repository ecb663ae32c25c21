-- Rights over one's data: consents, freezes by the person, looks, disputes. All national, by bucket.

create table consents (
    bucket int not null,
    consent_id bigint not null,
    person_id bigint not null,
    text_version text not null check (length(text_version) between 1 and 40),
    text_digest bytea not null check (length(text_digest) = 32),
    language text not null check (language in ('zh', 'en')),
    purposes text[] not null,
    channel_code text not null check (length(channel_code) between 1 and 80),
    given_by text not null,
    given_at timestamptz not null,
    withdrawn_by text,
    withdrawn_at timestamptz,
    primary key (bucket, consent_id),
    foreign key (bucket, person_id) references persons (bucket, person_id),
    check ((withdrawn_at is null) = (withdrawn_by is null))
);
create index consents_by_person on consents (bucket, person_id, consent_id);
-- The same text is agreed to once in a channel, however often it is asked.
create unique index consents_once on consents (bucket, person_id, channel_code, text_version) where withdrawn_at is null;

create table freezes (
    bucket int not null,
    freeze_id bigint not null,
    credential_id bigint not null,
    person_id bigint not null,
    frozen_by text not null,
    frozen_at timestamptz not null,
    lifted_at timestamptz,
    lift_proof text check (lift_proof in ('password', 'face', 'officer')),
    lifted_by text,
    approved_by text,
    why text,
    primary key (bucket, freeze_id),
    foreign key (bucket, credential_id) references credentials (bucket, credential_id),
    check ((lifted_at is null) = (lift_proof is null) and (lifted_at is null) = (lifted_by is null)),
    check (lift_proof is distinct from 'officer' or (approved_by is not null and why is not null and approved_by <> lifted_by))
);
create unique index freezes_open on freezes (bucket, credential_id) where lifted_at is null;
create index freezes_by_person on freezes (bucket, person_id, freeze_id);
-- Read along with the state by every scan: a freeze costs the scan nothing.
alter table credentials add column frozen_at timestamptz;

create table looks (
    bucket int not null,
    look_id bigint not null,
    person_id bigint not null,
    kind text not null,
    looker_kind text not null check (looker_kind in ('institution', 'agency', 'channel', 'person')),
    looker text not null check (length(looker) between 1 and 80),
    institution_id bigint,
    why text not null check (length(why) between 1 and 200),
    looked_at timestamptz not null,
    primary key (bucket, look_id)
);
create index looks_by_person on looks (bucket, person_id, look_id);

create table disputes (
    bucket int not null,
    dispute_id bigint not null,
    person_id bigint not null,
    subject_kind text not null,
    subject_id bigint not null,
    happened_at timestamptz not null,
    institution_id bigint,
    words_sealed bytea not null,
    answers text not null check (answers in ('institution', 'agency', 'channel')),
    promised_on date not null,
    raised_by text not null,
    raised_at timestamptz not null,
    finding text check (finding in ('explained', 'wrong_person', 'corrected')),
    answer_sealed bytea,
    answered_by text,
    answered_at timestamptz,
    primary key (bucket, dispute_id),
    check ((answered_at is null) = (finding is null) and (answered_at is null) = (answer_sealed is null)
        and (answered_at is null) = (answered_by is null))
);
create index disputes_by_person on disputes (bucket, person_id, dispute_id);
create index disputes_waiting on disputes (promised_on, bucket, dispute_id) where answered_at is null;
create unique index disputes_once on disputes (bucket, person_id, subject_kind, subject_id) where answered_at is null;

-- What a person's use log is read by; accepted scans are found by the person's bindings, settlements by their own index.
create index scan_refusals_by_person on scan_refusals (bucket, person_id, refusal_id) where person_id is not null;
create index refusals_by_person on refusals (cell, person_id, refusal_id) where person_id is not null;

create trigger insert_only before update or delete or truncate on looks for each statement execute function refuse_change();
grant select, insert, update on consents, freezes, disputes to openyibao_app;
grant select, insert on looks to openyibao_app;
