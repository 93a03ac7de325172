package io.weir.store;

import io.weir.definition.Dedup;
import io.weir.event.Event;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/**
 * The keys of a stream whose events count again after a while: one is new when no event of its key was counted within
 * that time before or after its entry's. Holds no state.
 *
 * <p>Redis says the same at the door; here it is decided, for Redis may have forgotten, and what was written past it
 * while it was away is known here alone. An event's copies are of one partition, whose cursor row is locked.
 */
final class RecentKeyWriter implements NewKeys {
    /** Redis' clock ends a key's time, and an entry's ID is taken a little before or after it. */
    private static final long TOLERANCE_MILLIS = 1_000;

    // by the index for each key, whatever the statistics say of a day that was empty a moment ago
    private static final String COUNTED = """
        SELECT k.hash, e.counted_at FROM unnest(?::uuid[]) AS k (hash)
        CROSS JOIN LATERAL (
            SELECT counted_at FROM event_key
            WHERE hash = k.hash AND day BETWEEN date '1970-01-01' + ?::integer AND date '1970-01-01' + ?::integer OFFSET 0) e
        """;
    private static final String INSERT = """
        INSERT INTO event_key (hash, day, counted_at)
        SELECT unnest(?::uuid[]), date '1970-01-01' + unnest(?::bigint[])::integer, unnest(?::bigint[])
        """;

    private record Counted(UUID hash, long millis) {}

    private final byte[] stream;
    private final long windowMillis;
    private final KeyDays days;

    RecentKeyWriter(String stream, Dedup dedup, KeyDays days) {
        this.stream = stream.getBytes(StandardCharsets.UTF_8);
        long ttl = dedup.window().toMillis();
        this.windowMillis = ttl - Math.min(TOLERANCE_MILLIS, ttl / 10);
        this.days = days;
    }

    @Override
    public List<Event> insertNew(Connection connection, List<Event> events) throws SQLException {
        KeyHash hash = new KeyHash(stream);
        List<UUID> hashes = new ArrayList<>(events.size());
        SortedMap<UUID, List<Long>> counted = new TreeMap<>();
        long first = Long.MAX_VALUE;
        long last = Long.MIN_VALUE;
        for (Event event : events) {
            UUID hashed = event.key() == null ? null : hash.of(event.key());
            hashes.add(hashed);
            if (hashed != null) {
                counted.put(hashed, new ArrayList<>(1));
                first = Math.min(first, event.entryId().millis());
                last = Math.max(last, event.entryId().millis());
            }
        }
        if (counted.isEmpty()) {
            return events;
        }
        read(connection, counted, Math.max(0, first - windowMillis), last + windowMillis);
        List<Event> survivors = new ArrayList<>(events.size());
        List<Counted> added = new ArrayList<>();
        for (int i = 0; i < events.size(); i++) {
            UUID hashed = hashes.get(i);
            List<Long> times = hashed == null ? null : counted.get(hashed);
            long millis = events.get(i).entryId().millis();
            if (hashed == null || times == null) {
                survivors.add(events.get(i));
            } else if (isNew(times, millis)) {
                survivors.add(events.get(i));
                times.add(millis);
                added.add(new Counted(hashed, millis));
            }
        }
        insert(connection, added);
        return survivors;
    }

    private boolean isNew(List<Long> counted, long millis) {
        for (long other : counted) {
            if (Math.abs(millis - other) < windowMillis) {
                return false;
            }
        }
        return true;
    }

    private static void read(Connection connection, SortedMap<UUID, List<Long>> counted, long from, long to)
            throws SQLException {
        ArrayParameter hashes = new ArrayParameter(ElementType.UUID, counted.size());
        counted.keySet().forEach(hashes::add);
        try (PreparedStatement statement = KeyHash.planned(connection, COUNTED)) {
            hashes.bind(statement, 1);
            statement.setInt(2, Math.toIntExact(KeyHash.day(from)));
            statement.setInt(3, Math.toIntExact(KeyHash.day(to)));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    List<Long> times = counted.get(rows.getObject(1, UUID.class));
                    if (times != null) {
                        times.add(rows.getLong(2));
                    }
                }
            }
        }
    }

    private void insert(Connection connection, List<Counted> added) throws SQLException {
        if (added.isEmpty()) {
            return;
        }
        ArrayParameter hashes = new ArrayParameter(ElementType.UUID, added.size());
        ArrayParameter ofDays = new ArrayParameter(ElementType.BIGINT, added.size());
        ArrayParameter times = new ArrayParameter(ElementType.BIGINT, added.size());
        for (Counted key : added) {
            hashes.add(key.hash());
            ofDays.add(KeyHash.day(key.millis()));
            times.add(key.millis());
        }
        try (PreparedStatement statement = connection.prepareStatement(INSERT)) {
            hashes.bind(statement, 1);
            ofDays.bind(statement, 2);
            times.bind(statement, 3);
            statement.executeUpdate();
        } catch (SQLException problem) {
            throw KeyHash.failure(problem, days);
        }
    }
}
