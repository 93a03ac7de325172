-- A stream whose dedup names fields counts a visitor again after a while, perhaps on the same day.
ALTER TABLE event_key ADD COLUMN counted_at bigint NOT NULL DEFAULT 0;
ALTER TABLE event_key DROP CONSTRAINT event_key_pkey, ADD PRIMARY KEY (hash, day, counted_at);

COMMENT ON COLUMN event_key.counted_at IS
    'milliseconds since 1970 of the entry that was counted, where that decides when the key counts again; 0 elsewhere';
