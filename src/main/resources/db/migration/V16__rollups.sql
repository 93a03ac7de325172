-- Counters over time: what each bucket of time (UTC, its start inclusive) added to a counter, for streams with rollups.

-- The counters' columns by name; sketches of different values stand here, too, as 'uniques:' and their field.
CREATE TABLE rollup_measure (
    id      integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    stream  text NOT NULL,
    measure text NOT NULL,
    UNIQUE (stream, measure)
);

-- Entities are compared byte by byte, which no language's order is as fast as. The key holds the value so that an entity's sum is
-- read from the index alone; an update that changes a value writes both indexes with it or without.
CREATE TABLE rollup_minute (
    measure integer          NOT NULL,
    entity  text COLLATE "C" NOT NULL,
    bucket  timestamptz      NOT NULL,
    value   numeric          NOT NULL,
    PRIMARY KEY (measure, entity, bucket) INCLUDE (value)
);
-- the greatest of a bucket without reading the others; also finds what is past its retention
CREATE INDEX ON rollup_minute (measure, bucket, value DESC, entity);

CREATE TABLE rollup_hour (
    measure integer          NOT NULL,
    entity  text COLLATE "C" NOT NULL,
    bucket  timestamptz      NOT NULL,
    value   numeric          NOT NULL,
    PRIMARY KEY (measure, entity, bucket) INCLUDE (value)
);
CREATE INDEX ON rollup_hour (measure, bucket, value DESC, entity);

CREATE TABLE rollup_day (
    measure integer          NOT NULL,
    entity  text COLLATE "C" NOT NULL,
    bucket  timestamptz      NOT NULL,
    value   numeric          NOT NULL,
    PRIMARY KEY (measure, entity, bucket) INCLUDE (value)
);
CREATE INDEX ON rollup_day (measure, bucket, value DESC, entity);

-- Sketches of different values: Apache DataSketches' HLL. A window rewrites those that it touches, in place where there is
-- room for that. The second index finds what is past its retention; a statement that was planned on an empty table also looks up
-- sketches by it, and would go through all of the bucket for each if it had no entities.
CREATE TABLE rollup_minute_sketch (
    measure integer          NOT NULL,
    entity  text COLLATE "C" NOT NULL,
    bucket  timestamptz      NOT NULL,
    sketch  bytea            NOT NULL,
    PRIMARY KEY (measure, entity, bucket)
) WITH (fillfactor = 70);
CREATE INDEX ON rollup_minute_sketch (measure, bucket, entity);

CREATE TABLE rollup_hour_sketch (
    measure integer          NOT NULL,
    entity  text COLLATE "C" NOT NULL,
    bucket  timestamptz      NOT NULL,
    sketch  bytea            NOT NULL,
    PRIMARY KEY (measure, entity, bucket)
) WITH (fillfactor = 70);
CREATE INDEX ON rollup_hour_sketch (measure, bucket, entity);

CREATE TABLE rollup_day_sketch (
    measure integer          NOT NULL,
    entity  text COLLATE "C" NOT NULL,
    bucket  timestamptz      NOT NULL,
    sketch  bytea            NOT NULL,
    PRIMARY KEY (measure, entity, bucket)
) WITH (fillfactor = 70);
CREATE INDEX ON rollup_day_sketch (measure, bucket, entity);
