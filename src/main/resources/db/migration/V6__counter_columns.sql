-- From where on each column of each counter was counted, as the partitions' starts saw it: a column that came to a
-- definition later lacks what was committed before.
CREATE TABLE counter_column (
    stream         text        NOT NULL,
    partition      integer     NOT NULL,
    counter_table  text        NOT NULL,
    counter_column text        NOT NULL,
    aggregate      text        NOT NULL,
    counted_after  text        NOT NULL,
    known          boolean     NOT NULL,
    backfilled_at  timestamptz,
    noted_at       timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (stream, partition, counter_table, counter_column)
);

COMMENT ON COLUMN counter_column.counted_after IS 'the cursor at the first start that knew the column';
COMMENT ON COLUMN counter_column.known IS 'whether nothing up to there was counted, and everything since';
COMMENT ON COLUMN counter_column.backfilled_at IS 'when what was committed before was added';
