-- Tables of rows that Weir divides into days (partition in a definition): before which day rows were dropped, because
-- their retention had passed. Counters can't be compared with such rows any more.
CREATE TABLE expired_rows (
    table_schema   text        NOT NULL,
    table_name     text        NOT NULL,
    before         date        NOT NULL,
    last_dropped_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (table_schema, table_name)
);

COMMENT ON COLUMN expired_rows.before IS 'the first day (UTC) whose rows are all there';
