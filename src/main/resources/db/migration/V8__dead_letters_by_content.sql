-- A promoted replica of Redis with a slow clock gives IDs again: what has the place of another event is not that event.
ALTER TABLE dead_letter DROP CONSTRAINT dead_letter_stream_partition_entry_index_key;

CREATE UNIQUE INDEX dead_letter_place ON dead_letter (stream, partition, entry, index, sha256(raw));
