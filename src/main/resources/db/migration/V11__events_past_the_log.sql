ALTER TABLE stream_cursor ADD COLUMN direct_events bigint NOT NULL DEFAULT 0;

COMMENT ON COLUMN stream_cursor.direct_events IS 'events that were applied without having been in Redis, which was away or is not used';
