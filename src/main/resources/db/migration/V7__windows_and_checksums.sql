-- What the cursor's entry alone does not say: that a window was undone which did not move it, and that Redis gave its ID again.
ALTER TABLE stream_cursor
    ADD COLUMN windows        bigint NOT NULL DEFAULT 0,
    ADD COLUMN entry_checksum bigint NOT NULL DEFAULT 0;

COMMENT ON COLUMN stream_cursor.windows IS 'how many windows were committed';
COMMENT ON COLUMN stream_cursor.entry_checksum IS 'of what the entry holds; 0 where nobody noted it';
