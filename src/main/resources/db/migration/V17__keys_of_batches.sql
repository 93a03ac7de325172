-- Clicks come in batches whose keys differ in their last 16 bits; those that one window brings are one row.
ALTER TABLE event_key ADD COLUMN others bytea;

COMMENT ON COLUMN event_key.others IS
    'further keys of the same batch: bit n of byte b stands for the number in the hash''s last 16 bits plus 8 * b + n + 1';
