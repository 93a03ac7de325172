package io.weir.store;

import io.weir.event.Event;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.postgresql.PGStatement;

/**
 * Tells new keys from known ones in {@code event_key}, for a stream whose rows keep no keys. Holds no state.
 *
 * <p>A key belongs to the day of its entry (UTC), so that the same log gives the same days, whenever it is written. It is
 * looked for in every day that the stream's window reaches back to. That is exact without a unique index over all days:
 * an event's copies are of one partition, whose windows the cursor's row lock puts in order.
 */
final class KeyWriter {
    private static final long LAST_DAY = LocalDate.of(9999, 12, 30).toEpochDay();
    private static final String CHECK_VIOLATION = "23514";

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

    /** Sees to it that the days of these events' keys are there. */
    void prepare(List<Event> events) throws SQLException {
        Set<LocalDate> needed = null;
        long last = Long.MIN_VALUE;
        for (Event event : events) {
            if (event.key() != null) {
                long day = day(event);
                if (day != last) {
                    last = day;
                    needed = needed == null ? new TreeSet<>() : needed;
                    needed.add(LocalDate.ofEpochDay(day));
                }
            }
        }
        if (needed != null) {
            days.ensure(needed);
        }
    }

    /** Keeps the keys of events whose key is not known yet, and answers these and those without a key, in their order. */
    List<Event> insertNew(Connection connection, List<Event> events) throws SQLException {
        Map<UUID, Event> byHash = new TreeMap<>();
        List<Event> candidates = new ArrayList<>(events.size());
        List<UUID> hashes = new ArrayList<>(events.size());
        MessageDigest sha = sha256();
        long firstMillis = Long.MAX_VALUE;
        for (Event event : events) {
            UUID hash = event.key() == null ? null : hash(sha, event.key());
            if (hash == null || byHash.putIfAbsent(hash, event) == null) {
                candidates.add(event);
                hashes.add(hash);
                firstMillis = hash == null
                        ? firstMillis
                        : Math.min(firstMillis, event.entryId().millis());
            }
        }
        if (byHash.isEmpty()) {
            return events;
        }
        Set<UUID> inserted = insert(connection, byHash, day(Math.max(0, firstMillis - windowMillis)));
        if (inserted.size() == byHash.size()) {
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

    private Set<UUID> insert(Connection connection, Map<UUID, Event> byHash, long firstDay) throws SQLException {
        ArrayParameter hashes = new ArrayParameter(ElementType.UUID, byHash.size());
        ArrayParameter ofDays = new ArrayParameter(ElementType.BIGINT, byHash.size());
        byHash.forEach((hash, event) -> {
            hashes.add(hash);
            ofDays.add(day(event));
        });
        Set<UUID> inserted = new HashSet<>(byHash.size() * 2);
        try (PreparedStatement statement = connection.prepareStatement(INSERT)) {
            // planned each time: a plan that was made while a day was empty would read all of it later
            statement.unwrap(PGStatement.class).setPrepareThreshold(0);
            hashes.bind(statement, 1);
            ofDays.bind(statement, 2);
            statement.setInt(3, Math.toIntExact(firstDay));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    inserted.add(rows.getObject(1, UUID.class));
                }
            }
        } catch (SQLException problem) {
            if (CHECK_VIOLATION.equals(problem.getSQLState())) {
                // the table has no constraint: what is broken is that a day is missing, which is not the event's fault
                days.forget();
                throw new SQLException("a day of event_key is missing: " + problem.getMessage(), "40001", problem);
            }
            throw problem;
        }
        return inserted;
    }

    private UUID hash(MessageDigest sha, String key) {
        sha.update(stream);
        sha.update((byte) 0);
        ByteBuffer digest = ByteBuffer.wrap(sha.digest(key.getBytes(StandardCharsets.UTF_8)));
        return new UUID(digest.getLong(), digest.getLong());
    }

    private static long day(Event event) {
        return day(event.entryId().millis());
    }

    /** Days since 1970. An ID that somebody made up may stand for any time. */
    private static long day(long millis) {
        return millis < 0 ? LAST_DAY : Math.min(LAST_DAY, TimeUnit.MILLISECONDS.toDays(millis));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
