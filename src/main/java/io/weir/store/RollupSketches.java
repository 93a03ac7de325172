package io.weir.store;

import io.weir.definition.RollupStep;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.datasketches.hll.HllSketch;
import org.apache.datasketches.hll.TgtHllType;
import org.jspecify.annotations.Nullable;

/**
 * The different values that some events bring, by entity and bucket, on their way into sketches. An entity's events are of one
 * partition, whose windows come one after another; should somebody else write the same sketch all the same, the window
 * fails and is tried again. Confined to one thread.
 */
final class RollupSketches {
    /** Of 4,096 registers: a relative standard error of 1.04 / √4096, less than 1.7 %, in at most about 2 KiB. */
    private static final int LOG_2_OF_REGISTERS = 12;

    /** A sketch is read, changed and written: so many are in memory at once. */
    private static final int SKETCHES_AT_ONCE = 256;

    private final RollupStep step;
    private final Map<RollupSums.Bucket, Set<String>> values = new TreeMap<>();

    RollupSketches(RollupStep step) {
        this.step = step;
    }

    /** Adds the value of an event of this time. */
    void add(String entity, long timeMicros, String value) {
        of(entity, timeMicros).add(value);
    }

    private Set<String> of(String entity, long timeMicros) {
        return values.computeIfAbsent(new RollupSums.Bucket(entity, step.start(timeMicros)), absent -> new HashSet<>());
    }

    /** The same in buckets of a coarser step. */
    RollupSketches coarser(RollupStep coarserStep) {
        RollupSketches coarser = new RollupSketches(coarserStep);
        values.forEach(
                (bucket, some) -> coarser.of(bucket.entity(), bucket.start()).addAll(some));
        return coarser;
    }

    /** Adds them to the sketches of a measure. */
    void write(Connection connection, int measure) throws SQLException {
        List<Map.Entry<RollupSums.Bucket, Set<String>>> all = new ArrayList<>(values.entrySet());
        for (int from = 0; from < all.size(); from += SKETCHES_AT_ONCE) {
            write(connection, measure, all.subList(from, Math.min(all.size(), from + SKETCHES_AT_ONCE)));
        }
    }

    private void write(Connection connection, int measure, List<Map.Entry<RollupSums.Bucket, Set<String>>> some)
            throws SQLException {
        Map<Integer, byte[]> before = read(connection, measure, some);
        List<RollupSums.Bucket> grown = new ArrayList<>();
        List<byte[]> grownSketches = new ArrayList<>();
        List<RollupSums.Bucket> added = new ArrayList<>();
        List<byte[]> addedSketches = new ArrayList<>();
        for (int i = 0; i < some.size(); i++) {
            byte[] old = before.get(i);
            byte[] sketch = with(old, some.get(i).getValue());
            if (old == null) {
                added.add(some.get(i).getKey());
                addedSketches.add(sketch);
            } else if (!Arrays.equals(old, sketch)) {
                // who comes back changes nothing
                grown.add(some.get(i).getKey());
                grownSketches.add(sketch);
            }
        }
        insert(connection, measure, grown, grownSketches, "DO UPDATE SET sketch = excluded.sketch");
        if (insert(connection, measure, added, addedSketches, "DO NOTHING") < added.size()) {
            throw new SQLException(
                    "a sketch in " + RollupTables.sketches(step) + " was added by another meanwhile",
                    SqlStates.SERIALIZATION_FAILURE);
        }
    }

    private static byte[] with(byte @Nullable [] old, Set<String> values) {
        HllSketch sketch = old == null ? new HllSketch(LOG_2_OF_REGISTERS, TgtHllType.HLL_4) : HllSketch.heapify(old);
        values.forEach(sketch::update);
        return sketch.toCompactByteArray();
    }

    /** Those that are there, locked, by their places. */
    private Map<Integer, byte[]> read(
            Connection connection, int measure, List<Map.Entry<RollupSums.Bucket, Set<String>>> some)
            throws SQLException {
        ArrayParameter entities = new ArrayParameter(ElementType.TEXT, some.size());
        ArrayParameter buckets = new ArrayParameter(ElementType.TIMESTAMP, some.size());
        ArrayParameter positions = new ArrayParameter(ElementType.BIGINT, some.size());
        for (int i = 0; i < some.size(); i++) {
            entities.add(some.get(i).getKey().entity());
            buckets.add(some.get(i).getKey().start());
            positions.add((long) i);
        }
        Map<Integer, byte[]> sketches = new HashMap<>();
        // one look into the index for each: a join could be planned while the table is empty, and kept
        try (PreparedStatement statement = connection.prepareStatement("SELECT d.i, s.sketch FROM (SELECT "
                + ElementType.TEXT.unnested("text") + " AS e, "
                + ElementType.TIMESTAMP.unnested(ColumnTypes.TIMESTAMP_WITH_TIME_ZONE) + " AS b, "
                + ElementType.BIGINT.unnested("bigint") + " AS i) d CROSS JOIN LATERAL (SELECT t.sketch FROM "
                + RollupTables.sketches(step)
                + " t WHERE t.measure = ? AND t.entity = d.e AND t.bucket = d.b LIMIT 1 FOR UPDATE) s")) {
            entities.bind(statement, 1);
            buckets.bind(statement, 2);
            positions.bind(statement, 3);
            statement.setInt(4, measure);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    sketches.put(rows.getInt(1), rows.getBytes(2));
                }
            }
        }
        return sketches;
    }

    private int insert(
            Connection connection, int measure, List<RollupSums.Bucket> places, List<byte[]> sketches, String conflict)
            throws SQLException {
        if (places.isEmpty()) {
            return 0;
        }
        ArrayParameter entities = new ArrayParameter(ElementType.TEXT, places.size());
        ArrayParameter buckets = new ArrayParameter(ElementType.TIMESTAMP, places.size());
        ArrayParameter bytes = new ArrayParameter(ElementType.BYTES, places.size());
        for (int i = 0; i < places.size(); i++) {
            entities.add(places.get(i).entity());
            buckets.add(places.get(i).start());
            bytes.add(sketches.get(i));
        }
        try (PreparedStatement statement = connection.prepareStatement("INSERT INTO " + RollupTables.sketches(step)
                + " AS t (measure, entity, bucket, sketch) SELECT ?, d.e, d.b, d.s FROM (SELECT "
                + ElementType.TEXT.unnested("text") + " AS e, "
                + ElementType.TIMESTAMP.unnested(ColumnTypes.TIMESTAMP_WITH_TIME_ZONE) + " AS b, "
                + ElementType.BYTES.unnested("bytea") + " AS s) d ON CONFLICT (measure, entity, bucket) " + conflict)) {
            statement.setInt(1, measure);
            entities.bind(statement, 2);
            buckets.bind(statement, 3);
            bytes.bind(statement, 4);
            return statement.executeUpdate();
        }
    }
}
