package io.weir.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Keys of batches, as Weir gives them to clicks, on their way into {@code event_key}. Those of one batch that are new
 * become one row: under the hash of the first, with the others as bits behind it. For one transaction.
 */
final class BatchKeys {
    // by the index for each batch, whatever the statistics say of a day that was empty a moment ago
    private static final String STORED = """
        SELECT e.hash, e.others FROM (SELECT unnest(?::uuid[]) AS first, unnest(?::uuid[]) AS last) k
        CROSS JOIN LATERAL (
            SELECT hash, others FROM event_key
            WHERE hash BETWEEN k.first AND k.last AND day >= date '1970-01-01' + ?::integer
            OFFSET 0) e
        """;
    private static final String INSERT = """
        INSERT INTO event_key (hash, day, others)
        SELECT unnest(?::uuid[]), date '1970-01-01' + unnest(?::bigint[])::integer, unnest(?::bytea[])
        ON CONFLICT DO NOTHING RETURNING hash
        """;

    private static final class Batch {
        /** The hash of the index 0. */
        private final UUID first;

        private final BitSet indexes = new BitSet();
        private final BitSet stored = new BitSet();
        private long day;

        Batch(UUID first) {
            this.first = first;
        }

        UUID hash(int index) {
            return KeyHash.withIndex(first, index);
        }

        void addTo(Set<UUID> hashes) {
            indexes.stream().forEach(index -> hashes.add(hash(index)));
        }
    }

    /** By the hash of the index 0, so that the windows of two partitions insert in the same order. */
    private final Map<UUID, Batch> batches = new TreeMap<>();

    /** Adds the key of an event that came on a day; whether it was not there. */
    boolean add(UUID hash, long day) {
        Batch batch = batches.computeIfAbsent(KeyHash.withIndex(hash, 0), Batch::new);
        int index = KeyHash.index(hash);
        if (batch.indexes.get(index)) {
            return false;
        }
        batch.indexes.set(index);
        // of a batch that came on two days the later one, on which all of its keys are known long enough
        batch.day = Math.max(batch.day, day);
        return true;
    }

    /** Inserts those that stand on no day from {@code firstDay} on, and answers them. Nothing is left here. */
    Set<UUID> insertNew(Connection connection, long firstDay) throws SQLException {
        Set<UUID> inserted = new HashSet<>();
        while (!batches.isEmpty()) {
            readStored(connection, firstDay);
            for (Batch batch : batches.values()) {
                batch.indexes.andNot(batch.stored);
            }
            batches.values().removeIf(batch -> batch.indexes.isEmpty());
            // what another partition has inserted since is left, and found in the next round
            for (UUID lowest : insert(connection)) {
                Batch batch = batches.remove(KeyHash.withIndex(lowest, 0));
                if (batch != null) {
                    batch.addTo(inserted);
                }
            }
        }
        return inserted;
    }

    /** Those that stand on any day. */
    Set<UUID> stored(Connection connection) throws SQLException {
        Set<UUID> found = new HashSet<>();
        readStored(connection, 0);
        for (Batch batch : batches.values()) {
            batch.indexes.and(batch.stored);
            batch.addTo(found);
        }
        return found;
    }

    private void readStored(Connection connection, long firstDay) throws SQLException {
        if (batches.isEmpty()) {
            return;
        }
        ArrayParameter firsts = new ArrayParameter(ElementType.UUID, batches.size());
        ArrayParameter lasts = new ArrayParameter(ElementType.UUID, batches.size());
        for (Batch batch : batches.values()) {
            firsts.add(batch.first);
            lasts.add(batch.hash(batch.indexes.length() - 1));
        }
        try (PreparedStatement statement = KeyHash.planned(connection, STORED)) {
            firsts.bind(statement, 1);
            lasts.bind(statement, 2);
            statement.setInt(3, Math.toIntExact(firstDay));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    UUID lowest = rows.getObject(1, UUID.class);
                    Batch batch = batches.get(KeyHash.withIndex(lowest, 0));
                    if (batch != null) {
                        readStored(KeyHash.index(lowest), rows.getBytes(2), batch.stored);
                    }
                }
            }
        }
    }

    private static void readStored(int lowest, byte @Nullable [] others, BitSet stored) {
        stored.set(lowest);
        if (others != null) {
            BitSet.valueOf(others).stream().forEach(other -> stored.set(lowest + 1 + other));
        }
    }

    /** Answers the lowest of each batch that was inserted. */
    private Set<UUID> insert(Connection connection) throws SQLException {
        if (batches.isEmpty()) {
            return Set.of();
        }
        ArrayParameter hashes = new ArrayParameter(ElementType.UUID, batches.size());
        ArrayParameter days = new ArrayParameter(ElementType.BIGINT, batches.size());
        ArrayParameter others = new ArrayParameter(ElementType.BYTES, batches.size());
        for (Batch batch : batches.values()) {
            int lowest = batch.indexes.nextSetBit(0);
            BitSet behind = batch.indexes.get(lowest + 1, batch.indexes.length());
            hashes.add(batch.hash(lowest));
            days.add(batch.day);
            others.add(behind.isEmpty() ? null : behind.toByteArray());
        }
        try (PreparedStatement statement = connection.prepareStatement(INSERT)) {
            hashes.bind(statement, 1);
            days.bind(statement, 2);
            others.bind(statement, 3);
            return KeyHash.read(statement);
        }
    }
}
