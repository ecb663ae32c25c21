-- Goods: packs by their drug trace codes, what moved them, which drugs need no code; payment standings of practitioners.
-- Packs are national: by the bucket of their code. A pack's row is what its movements sum to; `openyibao verify` folds them.

create table packs (
    bucket int not null,
    trace_code text collate "C" not null check (length(trace_code) between 1 and 100),
    item_code text not null,
    state text not null check (state in ('unseen', 'shelved', 'opened', 'sold', 'returned', 'lost')),
    institution_id bigint not null,
    left_e4 bigint not null check (left_e4 <= 10000),
    turn int not null check (turn >= 0),
    sold_on date,
    sold_at bigint,
    second_sales int not null check (second_sales >= 0),
    primary key (bucket, trace_code),
    check ((sold_on is null) = (sold_at is null))
) with (fillfactor = 80);

create table stock_movements (
    bucket int not null,
    movement_id bigint not null,
    trace_code text collate "C" not null,
    turn int not null check (turn >= 1),
    kind text not null check (kind in ('received', 'sold', 'returned_by_patient', 'returned_to_supplier', 'count_gain', 'count_loss')),
    item_code text not null,
    institution_id bigint not null,
    moved_on date not null,
    quantity_e4 bigint not null,
    unreceived boolean not null,
    second_sale boolean not null,
    cell int not null,
    settlement_id bigint,
    sale_id bigint,
    fee_item_id bigint,
    line_no int,
    stock_act_id bigint,
    document text not null,
    primary key (bucket, trace_code, turn),
    check ((settlement_id is null) <> (stock_act_id is null))
);
create index stock_movements_by_institution on stock_movements (institution_id, moved_on, movement_id);

create table trace_exemptions (
    exemption_id bigint primary key,
    item_code text not null check (length(item_code) between 1 and 40),
    pooling_area int not null,
    exempt boolean not null,
    valid_from date not null,
    valid_until date,
    ground text not null check (length(ground) between 1 and 200),
    check (valid_until is null or valid_until >= valid_from)
);

create table drug_identifications (
    identification text primary key check (length(identification) between 7 and 14),
    item_code text not null
);

create table payment_standings (
    practitioner_code text primary key check (length(practitioner_code) between 1 and 40),
    turn int not null check (turn >= 0)
);

create table standing_decisions (
    decision_id bigint primary key,
    practitioner_code text not null references payment_standings,
    turn int not null check (turn >= 1),
    standing text not null check (standing in ('good', 'suspended', 'ended')),
    points int not null check (points between 0 and 12),
    begins_on date not null,
    until_on date,
    ground text not null check (length(ground) between 1 and 200),
    decided_on date not null,
    actor text not null,
    unique (practitioner_code, turn),
    check (until_on is null or until_on >= begins_on)
);

create trigger insert_only before update or delete or truncate on stock_movements for each statement execute function refuse_change();
create trigger insert_only before update or delete or truncate on trace_exemptions for each statement execute function refuse_change();
create trigger insert_only before update or delete or truncate on standing_decisions for each statement execute function refuse_change();
grant select, insert, update on packs, payment_standings, drug_identifications to openyibao_app;
grant select, insert on stock_movements, trace_exemptions, standing_decisions to openyibao_app;
insert into reference_versions (noun, version) values ('goods', 1);
