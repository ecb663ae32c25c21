-- Printed codes that institutions scan: at named places alone, up to so much a day, with a proof at the window, until a day.
-- Rows from before have no person and no places: they hold nowhere.
alter table printed_limits rename column uses_max to uses_a_day;
alter table printed_limits rename column amount_limit_fen to day_limit_fen;
alter table printed_limits
    add column person_id bigint,
    add column institution_ids bigint[] check (cardinality(institution_ids) <= 20),
    add column areas int[] check (cardinality(areas) <= 5),
    add column proof text check (proof in ('document', 'digits', 'password')),
    add column approver text,
    add column replaces bigint,
    add column printed_at timestamptz,
    add constraint printed_limits_places check (
        person_id is null
        or (cardinality(institution_ids) + cardinality(areas) > 0 and day_limit_fen > 0 and proof is not null
            and printed_at is not null)
    );
create index printed_limits_by_person on printed_limits (bucket, person_id, binding_id) where person_id is not null;

-- What insurance paid when a printed code was shown, and what reversals gave back: in the person's cell, with the bill.
create table printed_uses (
    cell int not null,
    use_id bigint not null,
    binding_id bigint not null,
    person_id bigint not null,
    kind text not null check (kind in ('used', 'refunded')),
    amount_fen bigint not null check (amount_fen >= 0),
    settlement_id bigint not null,
    institution_id bigint not null,
    used_on date not null,
    primary key (cell, use_id)
);
create index printed_uses_by_binding on printed_uses (cell, binding_id, used_on);
create index printed_uses_by_person on printed_uses (cell, person_id, use_id);

-- How a card or a paper was shown, and what the window did to see that it is the person. A scan of a phone leaves no row here.
create table carrier_showings (
    bucket int not null,
    presentation_id bigint not null,
    person_id bigint not null,
    carrier text not null check (carrier in ('identity_card', 'social_security_card', 'printed_code')),
    binding_id bigint,
    proof text check (proof in ('document', 'digits', 'password')),
    shown_at timestamptz not null,
    primary key (bucket, presentation_id)
);
create index carrier_showings_by_person on carrier_showings (bucket, person_id, presentation_id);

-- 'printed_code' is among what presentations and tokens may be marked with since 0017.

-- Which visit a presentation opened: one token, one visit.
create index encounters_by_presentation on encounters (cell, presentation_id);

create trigger insert_only before update or delete or truncate on printed_uses for each statement execute function refuse_change();
create trigger insert_only before update or delete or truncate on carrier_showings for each statement execute function refuse_change();
grant select, insert on printed_uses, carrier_showings to openyibao_app;
