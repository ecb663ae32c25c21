-- Signals of misuse with their evidence, and how far the batch job has read. National, by bucket.

create table signals (
    bucket int not null,
    signal_id bigint not null,
    kind text not null,
    sign text not null check (length(sign) between 1 and 200),
    person_id bigint,
    institution_id bigint,
    terminal_code text,
    happened_at timestamptz not null,
    evidence jsonb not null,
    blocked boolean not null,
    raised_at timestamptz not null,
    finding text check (finding in ('explained', 'confirmed')),
    judged_by text,
    judged_at timestamptz,
    judged_why text,
    primary key (bucket, signal_id),
    -- The same facts read twice are one signal.
    unique (bucket, kind, sign),
    check (person_id is not null or institution_id is not null),
    check ((finding is null) = (judged_at is null) and (finding is null) = (judged_by is null)
        and (finding is null) = (judged_why is null))
);
create index signals_by_person on signals (bucket, person_id, signal_id) where person_id is not null;
create index signals_waiting on signals (raised_at, bucket, signal_id) where finding is null;

create table signal_reads (
    bucket int not null,
    read_until timestamptz not null,
    primary key (bucket)
);

-- What the job reads by time; showings are only added, so a block range costs the scan next to nothing.
create index presentations_by_time on presentations using brin (presented_at);
create index scan_refusals_by_time on scan_refusals using brin (refused_at);
create index offline_acceptances_by_time on offline_acceptances using brin (synced_at);

grant select, insert, update on signals, signal_reads to openyibao_app;
