-- Proofs for one act each, passwords set anew, acts that a second officer decides, transfers a person asks for, more roles.

-- Under way for fifteen minutes, spent by one act, cleared away an hour later.
create table identity_checks (
    bucket int not null,
    check_id bigint not null,
    person_id bigint not null,
    act text not null check (act in ('lift_freeze', 'reset_password', 'consent_mandate')),
    subject text not null check (length(subject) <= 80),
    asked_by text not null check (length(asked_by) between 1 and 80),
    holder_digest bytea not null,
    reference text not null,
    ways text[] not null,
    done text[] not null default '{}',
    code_digest bytea,
    attempts int not null default 0 check (attempts >= 0),
    failed boolean not null default false,
    started_at timestamptz not null,
    expires_at timestamptz not null,
    spent_at timestamptz,
    primary key (bucket, check_id),
    -- Whatever the program does: nothing is done on a proof that was not given whole, or that failed.
    check (spent_at is null or (done @> ways and not failed))
);
create index identity_checks_by_person on identity_checks (bucket, person_id, started_at);
create index identity_checks_by_end on identity_checks (expires_at);

create table password_resets (
    bucket int not null,
    reset_id bigint not null,
    credential_id bigint not null,
    person_id bigint not null,
    ways text[] not null,
    asked_by text not null check (length(asked_by) between 1 and 80),
    approved_by text check (length(approved_by) between 1 and 80),
    why text not null check (length(why) <= 200),
    devices_ended int not null check (devices_ended >= 0),
    reset_at timestamptz not null,
    primary key (bucket, reset_id),
    foreign key (bucket, credential_id) references credentials (bucket, credential_id),
    check (not ways @> array['operator'] or (approved_by is not null and approved_by <> asked_by and why <> ''))
);
create index password_resets_by_person on password_resets (bucket, person_id, reset_id);

-- What one officer proposes and another decides. Of a person in the person's bucket, of an operator in bucket 0.
create table proposals (
    bucket int not null,
    proposal_id bigint not null,
    kind text not null check (kind in ('lift_freeze', 'reset_password', 'enter_kinship', 'consent_mandate',
        'change_identity', 'give_role', 'take_role')),
    person_id bigint,
    body_sealed bytea not null,
    institution_id bigint not null,
    maker text not null check (length(maker) between 1 and 80),
    why text not null check (length(why) between 1 and 200),
    made_at timestamptz not null,
    expires_at timestamptz not null,
    decision text check (decision in ('approved', 'rejected')),
    decided_by text check (length(decided_by) between 1 and 80),
    decided_at timestamptz,
    done_at timestamptz,
    primary key (bucket, proposal_id),
    check ((decision is null) = (decided_by is null) and (decision is null) = (decided_at is null)),
    check (decided_by <> maker),
    check (done_at is null or decision = 'approved')
);
create index proposals_waiting on proposals (institution_id, made_at) where decision is null;
create index proposals_by_person on proposals (bucket, person_id, proposal_id) where person_id is not null;

-- Each call to the hotline, proved or not: what the caller was asked and told rightly.
create table hotline_calls (
    bucket int not null,
    call_id bigint not null,
    person_id bigint not null,
    facts_asked text[] not null,
    facts_right text[] not null,
    call_back_digest bytea not null check (length(call_back_digest) = 32),
    institution_id bigint not null,
    officer text not null check (length(officer) between 1 and 80),
    why text not null check (length(why) between 1 and 200),
    proved boolean not null,
    called_at timestamptz not null,
    primary key (bucket, call_id),
    foreign key (bucket, person_id) references persons (bucket, person_id),
    check (facts_asked @> facts_right),
    check (not proved or cardinality(facts_right) >= 2)
);
create index hotline_calls_by_person on hotline_calls (bucket, person_id, call_id);
create index hotline_calls_by_place on hotline_calls (institution_id, called_at);

-- A transfer of an enrolment as its person asked for it: taken up where they go, closed where they come from, done.
create table enrolment_transfers (
    bucket int not null,
    transfer_id bigint not null,
    person_id bigint not null,
    from_cell int not null,
    from_enrolment_id bigint not null,
    from_area int not null,
    to_agency_area int not null,
    to_area int not null,
    asked_by text not null check (length(asked_by) between 1 and 80),
    asked_at timestamptz not null,
    taken_up_by text check (length(taken_up_by) between 1 and 80),
    taken_up_at timestamptz,
    closed_by text check (length(closed_by) between 1 and 80),
    closed_at timestamptz,
    moves_on date,
    done_at timestamptz,
    new_enrolment_id bigint,
    stopped_by text check (length(stopped_by) between 1 and 80),
    stopped_at timestamptz,
    stop_ground text check (stop_ground in ('person', 'receiving', 'sending')),
    stop_words text check (length(stop_words) between 1 and 200),
    primary key (bucket, transfer_id),
    foreign key (bucket, person_id) references persons (bucket, person_id),
    check ((taken_up_at is null) = (taken_up_by is null)),
    check ((closed_at is null) = (closed_by is null) and (closed_at is null) = (moves_on is null)
        and (closed_at is null) = (done_at is null) and (done_at is null) = (new_enrolment_id is null)),
    check (closed_at is null or taken_up_at is not null),
    check ((stopped_at is null) = (stopped_by is null) and (stopped_at is null) = (stop_ground is null)),
    check (stopped_at is null or done_at is null)
);
create index enrolment_transfers_by_person on enrolment_transfers (bucket, person_id, transfer_id);
create unique index enrolment_transfers_once on enrolment_transfers (bucket, person_id, from_enrolment_id)
    where done_at is null and stopped_at is null;
create index enrolment_transfers_waiting on enrolment_transfers (asked_at) where done_at is null and stopped_at is null;

alter table operator_roles drop constraint operator_roles_role_check;
alter table operator_roles add constraint operator_roles_role_check
    check (role in ('clerk', 'nurse', 'officer', 'approver', 'auditor', 'hotline', 'security', 'system'));

create trigger insert_only before update or delete or truncate on password_resets
    for each statement execute function refuse_change();
create trigger insert_only before update or delete or truncate on hotline_calls
    for each statement execute function refuse_change();
grant select, insert, update, delete on identity_checks to openyibao_app;
grant select, insert on password_resets, hotline_calls to openyibao_app;
grant select, insert, update on proposals, enrolment_transfers to openyibao_app;
