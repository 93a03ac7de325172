-- What is compared with the log: how many entries each partition committed, and from where on.
ALTER TABLE stream_cursor
    ADD COLUMN committed_entries bigint NOT NULL DEFAULT 0,
    ADD COLUMN filtered_events   bigint NOT NULL DEFAULT 0;

COMMENT ON COLUMN stream_cursor.committed_entries IS 'entries of the log that its windows held';
COMMENT ON COLUMN stream_cursor.filtered_events IS 'events that the definition had left out';

-- From its newest baseline on, a partition's entries in Redis are compared with those that it committed. A new one is
-- taken when a partition is new, and when Redis went back; then it tells what could no longer be compared.
CREATE TABLE ledger_baseline (
    stream            text        NOT NULL,
    partition         integer     NOT NULL,
    number            integer     NOT NULL,
    reason            text        NOT NULL,
    entry             text        NOT NULL,
    committed_entries bigint      NOT NULL,
    entries_added     bigint      NOT NULL,
    missing_entries   bigint      NOT NULL,
    created_at        timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (stream, partition, number)
);

COMMENT ON COLUMN ledger_baseline.entry IS 'the cursor at that time';
COMMENT ON COLUMN ledger_baseline.entries_added IS 'Redis'' count of entries ever added, less those that were after the cursor';
COMMENT ON COLUMN ledger_baseline.missing_entries IS
    'entries that the baseline before it showed as missing; below zero: that were committed and are not known to Redis';
