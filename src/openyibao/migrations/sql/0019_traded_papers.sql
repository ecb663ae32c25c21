-- The same message is the same act also where it signs out, withdraws a paper or brings a file.

alter table sign_ins add column out_message_no text;
create index visit_notes_by_person on visit_notes (cell, person_id, visit_id);
alter table handed_in add column ended_by text;
create index handed_in_by_end on handed_in (bucket, institution_id, ended_by) where ended_by is not null;
alter table exchange_files add column message_no text not null;
alter table exchange_files add constraint exchange_files_once unique (bucket, institution_id, message_no);
