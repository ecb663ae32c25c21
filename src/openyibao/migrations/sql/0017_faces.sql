-- Faces: templates sealed at rest, challenges answered once, showings by face. National, by bucket. No picture is kept anywhere.

create table face_templates (
    bucket int not null,
    template_id bigint not null,
    person_id bigint not null,
    person_digest bytea not null check (length(person_digest) = 32),
    model text not null check (length(model) between 1 and 40),
    template_sealed bytea,
    template_digest bytea not null check (length(template_digest) = 32),
    tail_digest bytea,
    consent_id bigint not null,
    entered_by text not null check (length(entered_by) between 1 and 80),
    entered_at timestamptz not null,
    deleted_by text,
    deleted_at timestamptz,
    primary key (bucket, template_id),
    foreign key (bucket, person_id) references persons (bucket, person_id),
    foreign key (bucket, consent_id) references consents (bucket, consent_id),
    -- What was deleted is gone: only that there was one is left.
    check ((deleted_at is null) = (deleted_by is null) and (deleted_at is null) = (template_sealed is not null)),
    check (deleted_at is null or tail_digest is null)
);
create unique index face_templates_once on face_templates (bucket, person_id) where deleted_at is null;
create unique index face_templates_by_name on face_templates (bucket, person_digest) where deleted_at is null;
create index face_templates_by_tail on face_templates (tail_digest, bucket, template_id) where tail_digest is not null;
create index face_templates_by_person on face_templates (bucket, person_id, template_id);

-- One open challenge a reference; it is answered once, and cleared away after an hour.
create table face_challenges (
    bucket int not null,
    reference text not null check (length(reference) between 8 and 80),
    challenge_id text not null check (length(challenge_id) between 8 and 80),
    person text not null check (length(person) <= 80),
    plan text not null check (length(plan) between 1 and 400),
    issued_at timestamptz not null,
    used_at timestamptz,
    primary key (bucket, reference)
);
create index face_challenges_by_age on face_challenges (issued_at);

-- That somebody was known by their face at a desk, in place of the code: how, how surely, with the password or without.
create table face_showings (
    bucket int not null,
    presentation_id bigint not null,
    person_id bigint not null,
    template_id bigint not null,
    way text not null check (way in ('one_to_one', 'one_to_few')),
    candidates int not null check (candidates between 1 and 500),
    distance_e4 int not null check (distance_e4 >= 0),
    password_given boolean not null,
    evidence_digest bytea not null check (length(evidence_digest) = 32),
    shown_at timestamptz not null,
    primary key (bucket, presentation_id)
);
create index face_showings_by_person on face_showings (bucket, person_id, presentation_id);
create trigger insert_only before update or delete or truncate on face_showings for each statement execute function refuse_change();

-- A face in place of the code is told with the showing, as a card is.
alter table presentations drop constraint presentations_card_kind_check;
alter table presentations add constraint presentations_card_kind_check
    check (card_kind in ('identity_card', 'social_security_card', 'printed_code', 'face', 'face_password'));
alter table visit_tokens drop constraint visit_tokens_card_kind_check;
alter table visit_tokens add constraint visit_tokens_card_kind_check
    check (card_kind in ('identity_card', 'social_security_card', 'printed_code', 'face', 'face_password'));

grant select, insert, update on face_templates to openyibao_app;
grant select, insert, update, delete on face_challenges to openyibao_app;
grant select, insert on face_showings to openyibao_app;
