-- Dead letters have a life: they are read, mended, sent again, or put aside.
ALTER TABLE dead_letter
    ADD COLUMN reason_class text        NOT NULL DEFAULT 'invalid',
    ADD COLUMN state        text        NOT NULL DEFAULT 'open',
    ADD COLUMN version      integer     NOT NULL DEFAULT 0,
    ADD COLUMN attempts     integer     NOT NULL DEFAULT 1,
    ADD COLUMN edited       bytea,
    ADD COLUMN updated_at   timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN published_at timestamptz,
    ADD CONSTRAINT dead_letter_state CHECK (state IN ('open', 'replaying', 'replayed', 'discarded'));

UPDATE dead_letter SET reason_class = CASE WHEN sqlstate LIKE '23%' THEN 'constraint' ELSE 'value' END
WHERE sqlstate IS NOT NULL;

COMMENT ON COLUMN dead_letter.state IS 'open; replaying: appended to the log again, not yet applied; replayed; discarded';
COMMENT ON COLUMN dead_letter.version IS 'grows with each edit and each replay; an entry of the log that names an older one is not applied';
COMMENT ON COLUMN dead_letter.edited IS 'what is replayed instead of raw';
COMMENT ON COLUMN dead_letter.published_at IS 'when it was last written to the Redis stream of dead letters; null: it is to be';

CREATE INDEX dead_letter_stream ON dead_letter (stream, id);
CREATE INDEX dead_letter_open ON dead_letter (stream, reason_class) WHERE state = 'open';
CREATE INDEX dead_letter_unpublished ON dead_letter (id) WHERE published_at IS NULL;

-- Which event ends its partition again and again.
ALTER TABLE stream_cursor
    ADD COLUMN starts_without_progress integer NOT NULL DEFAULT 0,
    ADD COLUMN suspect_entry    text,
    ADD COLUMN suspect_index    integer,
    ADD COLUMN suspect_failures integer NOT NULL DEFAULT 0,
    ADD COLUMN suspect_reason   text;

COMMENT ON COLUMN stream_cursor.starts_without_progress IS 'starts that found entries since the cursor last moved';
COMMENT ON COLUMN stream_cursor.suspect_entry IS 'the entry that is being processed on its own; left behind by a process that was killed over it';
