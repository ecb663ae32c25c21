-- Channels (A1, S3, E5): who may activate and show, their keys, what they sent, and what they are told by webhook.

create table channels (
    channel_id bigint primary key,
    channel_code text not null unique check (channel_code ~ '^[a-z][a-z0-9_]{1,31}$'),
    name text not null check (length(name) between 1 and 80),
    name_en text not null check (length(name_en) between 1 and 80),
    kind text not null check (kind in ('government_app', 'official_account', 'internet_platform_password',
        'internet_platform_face', 'bank', 'institution', 'counter', 'ward')),
    state text not null check (state in ('active', 'suspended', 'revoked')),
    scopes text[] not null,
    steps text[] not null,
    assurance text not null check (assurance in ('basic', 'substantial', 'high')),
    signing text not null check (signing in ('session', 'each_message')),
    calls_a_minute int not null check (calls_a_minute between 1 and 1000000),
    activations_a_day int not null check (activations_a_day between 0 and 100000000),
    webhook_base text not null check (length(webhook_base) <= 200),
    changes int not null,
    registered_at timestamptz not null,
    changed_at timestamptz not null
);

create table channel_keys (
    key_id bigint primary key,
    channel_id bigint not null references channels,
    kind text not null check (kind in ('public', 'session')),
    public_key bytea,
    secret_sealed bytea,
    made_at timestamptz not null,
    expires_at timestamptz,
    ended_at timestamptz,
    check ((kind = 'public') = (public_key is not null)),
    check ((kind = 'session') = (secret_sealed is not null)),
    check ((kind = 'session') = (expires_at is not null))
);
create index channel_keys_by_channel on channel_keys (channel_id, key_id);

-- What was sent once may not be sent again; swept when the window of time is past.
create table channel_nonces (
    bucket int not null,
    channel_id bigint not null,
    nonce text not null check (length(nonce) between 16 and 64),
    seen_at timestamptz not null,
    primary key (bucket, channel_id, nonce)
);
create index channel_nonces_seen on channel_nonces (seen_at);

create table channel_counts (
    bucket int not null,
    channel_id bigint not null,
    noun text not null check (noun in ('calls', 'activations')),
    begins_at timestamptz not null,
    total int not null,
    primary key (bucket, channel_id, noun, begins_at)
);
create index channel_counts_begun on channel_counts (begins_at);

-- The answers of acts that carried a request key, sealed, for three days: the same key gets the same answer.
create table channel_answers (
    bucket int not null,
    answer_id bigint not null,
    answer_sealed bytea not null,
    made_at timestamptz not null,
    primary key (bucket, answer_id)
);
create index channel_answers_made on channel_answers (made_at);

create table channel_endpoints (
    bucket int not null,
    channel_id bigint not null,
    url text not null check (length(url) between 1 and 400),
    events text[] not null,
    secret_sealed bytea not null,
    state text not null check (state in ('active', 'ended')),
    failures int not null default 0,
    resume_at timestamptz not null,
    made_at timestamptz not null,
    primary key (bucket, channel_id)
);

-- How far each chain of the audit has been told to channels.
create table webhook_positions (
    chain int not null primary key,
    seq bigint not null
);

-- ── the outbox carries webhooks too: to whom, and about which credential (the order is kept for each) ──────────────
alter table outbox
    add column recipient_id bigint not null default 0,
    add column subject_id bigint not null default 0,
    add column last_status int,
    add column ended_at timestamptz;
drop index outbox_due;
create index outbox_due on outbox (due_at) where state = 'waiting' and recipient_id = 0;
create index outbox_waiting on outbox (recipient_id, due_at) where state = 'waiting' and recipient_id <> 0;
create index outbox_in_order on outbox (recipient_id, subject_id, message_id)
    where state = 'waiting' and recipient_id <> 0;
create index outbox_of_recipient on outbox (recipient_id, message_id) where recipient_id <> 0;

create index outbox_ended on outbox (ended_at) where recipient_id <> 0 and state <> 'waiting';
create index bindings_of_channel on bindings (channel_code, bucket, binding_id);
create index bindings_of_person on bindings (person_id);

grant select, insert, update on channels, channel_keys, channel_nonces, channel_counts, channel_answers,
    channel_endpoints, webhook_positions to openyibao_app;
grant delete on channel_nonces, channel_counts, channel_answers, outbox to openyibao_app;
insert into reference_versions (noun, version) values ('channels', 1);
