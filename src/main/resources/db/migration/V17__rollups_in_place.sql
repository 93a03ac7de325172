-- A value grows with almost every window. An index that holds it is written each time, with a new version of the row and
-- entries in every other index; without one the row is changed within its page, where there is room for that. So the key has
-- no value beside it, and what is sorted is "most": the value is never above it, and it is raised seldom, by more than needed.
ALTER TABLE rollup_minute ADD COLUMN most numeric;
UPDATE rollup_minute SET most = value;
ALTER TABLE rollup_minute ALTER COLUMN most SET NOT NULL, SET (fillfactor = 90);
ALTER TABLE rollup_minute DROP CONSTRAINT rollup_minute_pkey, ADD PRIMARY KEY (measure, entity, bucket);
DROP INDEX rollup_minute_measure_bucket_value_entity_idx;
-- the greatest of a bucket without reading the others; also finds what is past its retention
CREATE INDEX ON rollup_minute (measure, bucket, most DESC, entity);

ALTER TABLE rollup_hour ADD COLUMN most numeric;
UPDATE rollup_hour SET most = value;
ALTER TABLE rollup_hour ALTER COLUMN most SET NOT NULL, SET (fillfactor = 90);
ALTER TABLE rollup_hour DROP CONSTRAINT rollup_hour_pkey, ADD PRIMARY KEY (measure, entity, bucket);
DROP INDEX rollup_hour_measure_bucket_value_entity_idx;
CREATE INDEX ON rollup_hour (measure, bucket, most DESC, entity);

ALTER TABLE rollup_day ADD COLUMN most numeric;
UPDATE rollup_day SET most = value;
ALTER TABLE rollup_day ALTER COLUMN most SET NOT NULL, SET (fillfactor = 90);
ALTER TABLE rollup_day DROP CONSTRAINT rollup_day_pkey, ADD PRIMARY KEY (measure, entity, bucket);
DROP INDEX rollup_day_measure_bucket_value_entity_idx;
CREATE INDEX ON rollup_day (measure, bucket, most DESC, entity);

-- A statement that was planned while the table was empty may look a sketch up by this index as well as by the key, and keeps to
-- it: without the entity it would go through all those of the bucket for each.
DROP INDEX rollup_minute_sketch_measure_bucket_idx;
CREATE INDEX ON rollup_minute_sketch (measure, bucket, entity);
DROP INDEX rollup_hour_sketch_measure_bucket_idx;
CREATE INDEX ON rollup_hour_sketch (measure, bucket, entity);
DROP INDEX rollup_day_sketch_measure_bucket_idx;
CREATE INDEX ON rollup_day_sketch (measure, bucket, entity);
