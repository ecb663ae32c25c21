-- Accounts (FIELD 8, 9): pots with what is held on them, holds, what goes from cell to cell, credits by batch, the turn of
-- the account year, mutual aid, the purse. All lead by cell; no foreign keys on what is written with the hot tables.

-- ── pots ──────────────────────────────────────────────────────────────────────────────────────────────────────────
alter table personal_accounts drop constraint personal_accounts_pot_check;
alter table personal_accounts add constraint personal_accounts_pot_check check (pot in ('current', 'past', 'purse'));
alter table personal_accounts
    add column held_fen bigint not null default 0 check (held_fen >= 0),
    -- The account year the current pot is of; 0 where the account was opened and never turned.
    add column rolled_year int not null default 0,
    -- Available (balance less holds) is never below zero, whatever the program does.
    add constraint personal_accounts_available check (balance_fen >= held_fen);
create index personal_accounts_by_year on personal_accounts (cell, rolled_year, person_id) where pot = 'current';

-- A person's statement: what was posted outside settlements. Settlements' own postings stay without an index.
create index postings_moved_from on postings (cell, debit_account, posting_id) where settlement_id is null;
create index postings_moved_to on postings (cell, credit_account, posting_id) where settlement_id is null;

alter table catalogue_items drop constraint catalogue_items_kind_check;
alter table catalogue_items add constraint catalogue_items_kind_check
    check (kind in ('drug', 'service', 'consumable', 'wellness'));

-- ── holds, and what goes from one cell to another ─────────────────────────────────────────────────────────────────
create table account_holds (
    cell int not null,
    hold_id bigint not null,
    person_id bigint not null,
    pot text not null check (pot in ('current', 'past', 'purse')),
    amount_fen bigint not null check (amount_fen > 0),
    purpose text not null check (purpose in ('mutual_aid', 'purse')),
    reference text not null check (length(reference) between 1 and 160),
    subject_id bigint not null,
    made_at timestamptz not null,
    expires_at timestamptz not null,
    state text not null check (state in ('open', 'posted', 'released', 'expired')),
    posted_fen bigint not null default 0 check (posted_fen between 0 and amount_fen),
    ended_at timestamptz,
    primary key (cell, hold_id),
    unique (cell, purpose, reference, pot),
    check ((state = 'open') = (ended_at is null)),
    check (state = 'posted' or posted_fen = 0)
);
create index account_holds_by_person on account_holds (cell, person_id, hold_id);
create index account_holds_open on account_holds (expires_at) where state = 'open';

create table crossings (
    cell int not null,
    crossing_id bigint not null,
    kind text not null check (kind in ('take', 'give')),
    purpose text not null check (purpose in ('mutual_aid', 'purse')),
    reference text not null check (length(reference) between 1 and 160),
    subject_id bigint not null,
    act_id bigint not null,
    to_cell int not null,
    to_person_id bigint not null,
    pot text not null check (pot in ('current', 'past', 'purse')),
    amount_fen bigint not null check (amount_fen >= 0),
    made_at timestamptz not null,
    state text not null check (state in ('due', 'done')),
    primary key (cell, crossing_id)
);
create index crossings_due on crossings (made_at) where state = 'due';
create index crossings_by_act on crossings (cell, act_id);

create table crossing_receipts (
    cell int not null,
    crossing_id bigint not null,
    from_cell int not null,
    amount_fen bigint not null check (amount_fen >= 0),
    received_at timestamptz not null,
    primary key (cell, crossing_id)
);

-- ── credits by batch, the turn of the account year ────────────────────────────────────────────────────────────────
create table credit_batches (
    cell int not null,
    batch_id bigint not null,
    pooling_area int not null,
    batch_code text not null check (length(batch_code) between 1 and 64),
    account_year int not null,
    digest bytea not null,
    line_count int not null,
    amount_fen bigint not null,
    begun_at timestamptz not null,
    primary key (cell, batch_id),
    unique (cell, batch_code)
);

create table credit_lines (
    cell int not null,
    batch_id bigint not null,
    line_no int not null,
    person_id bigint not null,
    pot text not null check (pot in ('current', 'past')),
    amount_fen bigint not null check (amount_fen > 0),
    posting_id bigint not null,
    primary key (cell, batch_id, line_no)
);

create table year_roll_chunks (
    cell int not null,
    account_year int not null,
    chunk_id bigint not null,
    people_count int not null,
    interest_current_fen bigint not null,
    interest_past_fen bigint not null,
    carried_fen bigint not null,
    rolled_at timestamptz not null,
    primary key (cell, account_year, chunk_id)
);

-- ── mutual aid ────────────────────────────────────────────────────────────────────────────────────────────────────
create table mutual_aid_agreements (
    cell int not null,
    agreement_id bigint not null,
    owner_bucket int not null,
    owner_person_id bigint not null,
    owner_masked text not null,
    relative_bucket int not null,
    relative_cell int not null,
    relative_person_id bigint not null,
    relative_masked text not null,
    relation text not null
        check (relation in ('spouse', 'parent', 'child', 'sibling', 'grandparent', 'grandchild')),
    per_use_fen bigint check (per_use_fen > 0),
    per_year_fen bigint check (per_year_fen > 0),
    valid_until date,
    state text not null check (state in ('proposed', 'agreed', 'ended')),
    proposed_at timestamptz not null,
    agreed_at timestamptz,
    ended_at timestamptz,
    ended_by text check (ended_by in ('owner', 'relative')),
    primary key (cell, agreement_id),
    check ((state = 'ended') = (ended_at is not null)),
    check (state <> 'agreed' or agreed_at is not null),
    check (state <> 'proposed' or agreed_at is null)
);
create index mutual_aid_agreements_by_owner on mutual_aid_agreements (cell, owner_person_id, agreement_id);

-- Where a relative finds the agreements that may pay for them: in their own cell.
create table mutual_aid_pointers (
    cell int not null,
    relative_person_id bigint not null,
    agreement_id bigint not null,
    owner_cell int not null,
    owner_person_id bigint not null,
    primary key (cell, relative_person_id, agreement_id)
);

create table mutual_aid_uses (
    cell int not null,
    use_id bigint not null,
    agreement_id bigint not null,
    owner_person_id bigint not null,
    kind text not null check (kind in ('used', 'refunded')),
    current_fen bigint not null check (current_fen >= 0),
    past_fen bigint not null check (past_fen >= 0),
    settlement_cell int not null,
    settlement_id bigint not null,
    institution_id bigint not null,
    used_year int not null,
    used_on date not null,
    primary key (cell, use_id),
    check (current_fen + past_fen > 0)
);
create index mutual_aid_uses_by_agreement on mutual_aid_uses (cell, agreement_id, use_id);

-- ── purse ─────────────────────────────────────────────────────────────────────────────────────────────────────────
create table purse_transfers (
    cell int not null,
    transfer_id bigint not null,
    sender_bucket int not null,
    sender_person_id bigint not null,
    sender_masked text not null,
    receiver_bucket int not null,
    receiver_cell int not null,
    receiver_person_id bigint not null,
    receiver_masked text not null,
    relation text not null
        check (relation in ('spouse', 'parent', 'child', 'sibling', 'grandparent', 'grandchild')),
    current_fen bigint not null check (current_fen >= 0),
    past_fen bigint not null check (past_fen >= 0),
    sent_on date not null,
    sent_at timestamptz not null,
    returns_at timestamptz not null,
    state text not null check (state in ('sent', 'accepted', 'refused', 'returned')),
    ended_at timestamptz,
    primary key (cell, transfer_id),
    check (current_fen + past_fen > 0),
    check ((state = 'sent') = (ended_at is null))
);
create index purse_transfers_by_sender on purse_transfers (cell, sender_person_id, sent_on);
create index purse_transfers_sent on purse_transfers (returns_at) where state = 'sent';

create table purse_pointers (
    cell int not null,
    receiver_person_id bigint not null,
    transfer_id bigint not null,
    sender_cell int not null,
    primary key (cell, receiver_person_id, transfer_id)
);

-- ── insert-only ───────────────────────────────────────────────────────────────────────────────────────────────────
create trigger insert_only before update or delete or truncate on crossing_receipts for each statement execute function refuse_change();
create trigger insert_only before update or delete or truncate on credit_batches for each statement execute function refuse_change();
create trigger insert_only before update or delete or truncate on credit_lines for each statement execute function refuse_change();
create trigger insert_only before update or delete or truncate on year_roll_chunks for each statement execute function refuse_change();
create trigger insert_only before update or delete or truncate on mutual_aid_pointers for each statement execute function refuse_change();
create trigger insert_only before update or delete or truncate on mutual_aid_uses for each statement execute function refuse_change();
create trigger insert_only before update or delete or truncate on purse_pointers for each statement execute function refuse_change();

grant select, insert, update on account_holds, crossings, mutual_aid_agreements, purse_transfers to openyibao_app;
grant select, insert on crossing_receipts, credit_batches, credit_lines, year_roll_chunks, mutual_aid_pointers,
    mutual_aid_uses, purse_pointers to openyibao_app;
