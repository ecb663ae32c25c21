-- Each kind of channel runs its own plan (A1): its signed assertions, kept for good; agreements lead to consents; statements signed
-- anew by another issuer key; credentials of staff and organisations that officers activate.

-- ── what a channel said under its own key, taken or refused: a statement is good once ───────────────────────────────
create table channel_assertions (
    bucket int not null,
    channel_id bigint not null,
    nonce text not null check (length(nonce) between 16 and 64),
    assertion_id bigint not null,
    key_id bigint not null,
    activation_bucket int not null,
    activation_id bigint not null,
    vouches_for text not null check (vouches_for in ('payment_password', 'real_name', 'live_face', 'card_holder', 'document_check')),
    assurance text not null check (assurance in ('basic', 'substantial', 'high')),
    officer text not null check (length(officer) <= 60),
    statement_digest bytea not null check (length(statement_digest) = 32),
    outcome text not null check (length(outcome) between 1 and 60),
    made_at timestamptz not null,
    taken_at timestamptz not null,
    primary key (bucket, channel_id, nonce)
);
create trigger insert_only before update or delete or truncate on channel_assertions for each statement execute function refuse_change();
grant select, insert on channel_assertions to openyibao_app;

-- Of whom a channel has vouched before anybody is named: the name that comes after must be theirs.
alter table activations add column vouched_digest bytea;

-- ── agreements: the text agreed to is the consent's; rows from before keep their own words ──────────────────────────
alter table activation_agreements
    add column consent_id bigint,
    alter column agreement_version drop not null,
    alter column language drop not null,
    alter column text_digest drop not null,
    add constraint activation_agreements_text check ((consent_id is null) = (agreement_version is not null)
        and (consent_id is null) = (language is not null) and (consent_id is null) = (text_digest is not null)),
    add constraint activation_agreements_consent foreign key (bucket, consent_id) references consents (bucket, consent_id);

-- ── credentials: signed anew when an issuer key is to retire; activated by officers where no binding does it ─────────
alter table credentials
    add column signings int not null default 0 check (signings >= 0),
    add column activated_by text check (length(activated_by) between 1 and 80),
    add constraint credentials_activated_by check (activated_by is null or activated_at is not null);
create index credentials_by_key on credentials (issuer_key_id, bucket, credential_id);

-- ── keys: workers look at this version at a bounded interval ─────────────────────────────────────────────────────────
insert into reference_versions (noun, version) values ('data_keys', 1);
