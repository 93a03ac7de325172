-- When views were last written to a story's and a chapter's row. Tables of these names that are somebody else's are left as
-- they are: Weir's own have these columns and no others.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY ['stories', 'chapters'] LOOP
        IF (SELECT array_agg(attname::text ORDER BY attname) FROM pg_attribute
            WHERE attrelid = to_regclass(name) AND attnum > 0 AND NOT attisdropped) = ARRAY ['id', 'last_viewed', 'read_count']
        THEN
            EXECUTE format('ALTER TABLE %I ADD COLUMN last_synced timestamptz', name);
        END IF;
    END LOOP;
END $$;
