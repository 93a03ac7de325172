-- Idempotency keys of streams whose rows keep none. One table per day (UTC) of the log, event_key_YYYYMMDD, which Weir
-- creates ahead and drops as a whole once no stream's window reaches back to it.
CREATE TABLE event_key (
    hash uuid NOT NULL,
    day  date NOT NULL,
    PRIMARY KEY (hash, day)
) PARTITION BY RANGE (day);

COMMENT ON COLUMN event_key.hash IS 'the first 128 bits of SHA-256 over the stream''s name, a zero byte and the key';
COMMENT ON COLUMN event_key.day IS 'the day of the entry that brought the key first';
