-- Where each partition of each stream stands. One row is written by every window, so leave room for updates in place.
CREATE TABLE stream_cursor (
    stream              text        NOT NULL,
    partition           integer     NOT NULL,
    epoch               bigint      NOT NULL,
    entry               text        NOT NULL,
    owner               text,
    committed_events    bigint      NOT NULL DEFAULT 0,
    deduplicated_events bigint      NOT NULL DEFAULT 0,
    dead_lettered_events bigint     NOT NULL DEFAULT 0,
    updated_at          timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (stream, partition)
) WITH (fillfactor = 50);

COMMENT ON COLUMN stream_cursor.epoch IS 'grows with each start of the partition''s consumer; the fence against earlier ones';
COMMENT ON COLUMN stream_cursor.entry IS 'the last entry of the log whose window is committed';

-- Events that can't be applied.
CREATE TABLE dead_letter (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    stream     text        NOT NULL,
    partition  integer     NOT NULL,
    entry      text        NOT NULL,
    index      integer     NOT NULL,
    raw        bytea       NOT NULL,
    reason     text        NOT NULL,
    sqlstate   text,
    event_key  text,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (stream, partition, entry, index)
);

-- The same bad event sent twice is kept once.
CREATE UNIQUE INDEX dead_letter_event_key ON dead_letter (stream, event_key) WHERE event_key IS NOT NULL;
