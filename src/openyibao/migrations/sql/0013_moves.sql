-- Moves between agencies come by file, as people and enrolments do.
alter table import_runs drop constraint import_runs_noun_check;
alter table import_runs add constraint import_runs_noun_check check (noun in ('people', 'enrolments', 'contributions', 'moves'));
