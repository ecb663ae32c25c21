-- Once a day the heads of all chains, signed together and published.
create table audit_roots (
    sealed_on date primary key,
    heads jsonb not null check (jsonb_typeof(heads) = 'array'),
    root bytea not null,
    previous_hash bytea not null,
    root_hash bytea not null,
    signature bytea not null,
    key_id int not null,
    sealed_at timestamptz not null
);
create trigger insert_only before update or delete or truncate on audit_roots for each statement execute function refuse_change();
grant select, insert on audit_roots to openyibao_app;
