-- Special drugs have a list of their own: what stands on it is sold only on a filing.
alter table catalogue_lists drop constraint catalogue_lists_list_kind_check;
alter table catalogue_lists add constraint catalogue_lists_list_kind_check check (list_kind in ('chronic', 'dual_channel', 'special_drug'));
