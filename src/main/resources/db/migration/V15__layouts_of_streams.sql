-- Which partitions each stream has, and had: a change of their number begins a new generation. Partition 1002 is the third
-- one of generation 1, and so on; each has a row of its own in stream_cursor.
CREATE TABLE stream_layout (
    stream       text        NOT NULL,
    generation   integer     NOT NULL,
    partitions   integer     NOT NULL,
    stated       integer     NOT NULL,
    announced_at timestamptz NOT NULL DEFAULT now(),
    activated_at timestamptz,
    PRIMARY KEY (stream, generation)
);

COMMENT ON COLUMN stream_layout.stated IS 'what the definition''s file said of the number of partitions when this was written';
COMMENT ON COLUMN stream_layout.activated_at IS
    'since when its partitions may be applied: all that those of the generation before held is committed';

ALTER TABLE stream_cursor
    ADD COLUMN drained_to text,
    ADD COLUMN removed_at timestamptz;

COMMENT ON COLUMN stream_cursor.drained_to IS
    'the last entry of a partition that Redis closed for good, once it is committed; null before';
COMMENT ON COLUMN stream_cursor.removed_at IS 'since when Redis need not hold the partition any more';
