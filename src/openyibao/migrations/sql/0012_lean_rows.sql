-- Most fee lines have no trace codes: NULL says so at no cost, where an empty array took 16 octets and two encodings.
alter table fee_items alter column trace_codes drop not null;
