-- Lives of visits and stays, undoing and its limits: the steps of an encounter, who lies in a bed anywhere in the nation,
-- closed periods, and corrections (what was reversed and settled again, in one act).

alter table encounters drop constraint encounters_state_check;
alter table encounters add constraint encounters_state_check check (state in ('open', 'closed', 'cancelled'));
alter table encounters add column pays_until timestamptz;
alter table fee_items add column incurred_on date;

-- A lost upload is looked for by its own id; what comes whole with its settlement never enters this index.
create index fee_batches_unsettled on fee_batches (cell, fee_batch_id) where state <> 'settled';

create table encounter_steps (
    cell int not null,
    encounter_id bigint not null,
    step_no int not null check (step_no >= 1),
    step_id bigint not null,
    kind text not null check (kind in ('admitted', 'changed', 'closed', 'reopened', 'cancelled')),
    step_on date not null,
    ward text not null,
    bed text not null,
    practitioner_code text not null,
    diagnoses jsonb not null,
    operator_code text not null,
    stepped_at timestamptz not null,
    primary key (cell, encounter_id, step_no)
);

create index encounter_steps_by_step on encounter_steps (cell, step_id);

create table open_stays (
    bucket int not null,
    person_id bigint not null,
    cell int not null,
    encounter_id bigint,
    institution_id bigint not null,
    admitted_on date not null,
    primary key (bucket, person_id)
) with (fillfactor = 80);

create index open_stays_by_place on open_stays (institution_id) where encounter_id is not null;

create table period_acts (
    bucket int not null,
    period_act_id bigint not null,
    pooling_area int not null,
    institution_id bigint not null,
    kind text not null check (kind in ('day', 'reconciliation', 'clearing', 'year')),
    from_on date not null,
    until_on date not null,
    closes boolean not null,
    maker text not null,
    approver text not null,
    why text not null,
    acted_at timestamptz not null,
    primary key (bucket, period_act_id),
    check (until_on >= from_on)
);
create index period_acts_by_place on period_acts (bucket, pooling_area, institution_id);

create table corrections (
    cell int not null,
    correction_id bigint not null,
    kind text not null check (kind in ('refund', 'repricing', 'restoration')),
    person_id bigint not null,
    institution_id bigint not null,
    maker text not null,
    approver text not null,
    why text not null,
    fee_batch_id bigint,
    corrected_on date not null,
    corrected_at timestamptz not null,
    primary key (cell, correction_id)
);
create index corrections_by_person on corrections (cell, person_id);

create table corrected_settlements (
    cell int not null,
    correction_id bigint not null,
    place int not null check (place >= 1),
    settlement_id bigint not null,
    reversal_id bigint not null,
    new_settlement_id bigint,
    primary key (cell, correction_id, place)
);
create index corrected_settlements_by_old on corrected_settlements (cell, settlement_id);
create index corrected_settlements_by_new on corrected_settlements (cell, new_settlement_id);

create trigger insert_only before update or delete or truncate on encounter_steps for each statement execute function refuse_change();
create trigger insert_only before update or delete or truncate on period_acts for each statement execute function refuse_change();
create trigger insert_only before update or delete or truncate on corrections for each statement execute function refuse_change();
create trigger insert_only before update or delete or truncate on corrected_settlements for each statement execute function refuse_change();

grant select, insert, update on open_stays to openyibao_app;
grant select, insert on encounter_steps, period_acts, corrections, corrected_settlements to openyibao_app;
