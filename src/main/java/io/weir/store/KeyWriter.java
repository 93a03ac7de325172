package io.weir.store;

import io.weir.definition.StreamDefinition;
import io.weir.event.Event;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/**
 * The keys of a stream whose senders give them and whose rows keep none. Holds no state.
 *
 * <p>A key belongs to the day of its entry (UTC), so that the same log gives the same days, whenever it is written. It is
 * looked for in every day that the stream's window reaches back to. That is exact without a unique index over all days:
 * an event's copies are of one partition, whose windows the cursor's row lock puts in order.
 */
final class KeyWriter implements NewKeys {
    // Sorted, so that the windows of two partitions that got the same key can't wait for each other. A subquery in the
    // place of NOT EXISTS can't become a join that reads a whole day, as it did where a day had no statistics yet.
    private static final String INSERT = """
        INSERT INTO event_key (hash, day)
        SELECT k.hash, k.day FROM (SELECT unnest(?::uuid[]) AS hash, date '1970-01-01' + unnest(?::bigint[])::integer AS day) k
        WHERE (SELECT true FROM event_key e WHERE e.hash = k.hash AND e.day >= date '1970-01-01' + ?::integer LIMIT 1) IS NULL
        ORDER BY k.hash
        ON CONFLICT DO NOTHING RETURNING hash
        """;

    private final byte[] stream;
    private final long windowMillis;
    private final KeyDays days;

    KeyWriter(String stream, Duration window, KeyDays days) {
        this.stream = stream.getBytes(StandardCharsets.UTF_8);
        this.windowMillis = window.toMillis();
        this.days = days;
    }

    @Override
    public List<Event> insertNew(Connection connection, List<Event> events) throws SQLException {
        Map<UUID, Event> alone = new TreeMap<>();
        BatchKeys batches = new BatchKeys();
        List<Event> candidates = new ArrayList<>(events.size());
        List<UUID> hashes = new ArrayList<>(events.size());
        KeyHash hash = new KeyHash(stream);
        int keys = 0;
        long firstMillis = Long.MAX_VALUE;
        for (Event event : events) {
            String key = event.key();
            if (key == null) {
                candidates.add(event);
                hashes.add(null);
                continue;
            }
            UUID hashed = hash.of(key);
            long millis = event.entryId().millis();
            boolean isFirst = KeyHash.isOfBatch(key)
                    ? batches.add(hashed, KeyHash.day(millis))
                    : alone.putIfAbsent(hashed, event) == null;
            if (isFirst) {
                candidates.add(event);
                hashes.add(hashed);
                keys++;
                firstMillis = Math.min(firstMillis, millis);
            }
        }
        if (keys == 0) {
            return events;
        }
        long firstDay = KeyHash.day(Math.max(0, firstMillis - windowMillis));
        Set<UUID> inserted;
        try {
            inserted = batches.insertNew(connection, firstDay);
            if (!alone.isEmpty()) {
                inserted.addAll(insert(connection, alone, firstDay));
            }
        } catch (SQLException problem) {
            throw KeyHash.failure(problem, days);
        }
        if (inserted.size() == keys) {
            return candidates;
        }
        List<Event> survivors = new ArrayList<>(candidates.size());
        for (int i = 0; i < candidates.size(); i++) {
            if (hashes.get(i) == null || inserted.contains(hashes.get(i))) {
                survivors.add(candidates.get(i));
            }
        }
        return survivors;
    }

    /** Which of the keys stand in {@code event_key}, on whatever day. */
    static Set<String> known(Connection connection, StreamDefinition definition, Collection<String> keys)
            throws SQLException {
        KeyHash hash = new KeyHash(definition.name().getBytes(StandardCharsets.UTF_8));
        Map<UUID, String> byHash = new HashMap<>();
        BatchKeys batches = new BatchKeys();
        List<UUID> alone = new ArrayList<>();
        for (String key : keys) {
            UUID hashed = hash.of(key);
            byHash.put(hashed, key);
            if (KeyHash.isOfBatch(key)) {
                batches.add(hashed, 0);
            } else {
                alone.add(hashed);
            }
        }
        Set<UUID> found = batches.stored(connection);
        found.addAll(stored(connection, alone));
        Set<String> known = new HashSet<>();
        found.forEach(hashed -> known.add(byHash.get(hashed)));
        return known;
    }

    private static Set<UUID> stored(Connection connection, List<UUID> alone) throws SQLException {
        ArrayParameter hashes = new ArrayParameter(ElementType.UUID, alone.size());
        alone.forEach(hashes::add);
        try (PreparedStatement statement =
                KeyHash.planned(connection, "SELECT hash FROM event_key WHERE hash = ANY (?::uuid[])")) {
            hashes.bind(statement, 1);
            return KeyHash.read(statement);
        }
    }

    private static Set<UUID> insert(Connection connection, Map<UUID, Event> byHash, long firstDay) throws SQLException {
        ArrayParameter hashes = new ArrayParameter(ElementType.UUID, byHash.size());
        ArrayParameter ofDays = new ArrayParameter(ElementType.BIGINT, byHash.size());
        byHash.forEach((hash, event) -> {
            hashes.add(hash);
            ofDays.add(KeyHash.day(event.entryId().millis()));
        });
        try (PreparedStatement statement = KeyHash.planned(connection, INSERT)) {
            hashes.bind(statement, 1);
            ofDays.bind(statement, 2);
            statement.setInt(3, Math.toIntExact(firstDay));
            return KeyHash.read(statement);
        }
    }
}
