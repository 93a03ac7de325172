package io.weir.store;

import io.weir.event.Event;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** How a stream's keys stand in {@code event_key}: as hashes, on the day (UTC) of their entry. For one transaction. */
final class KeyHash {
    private static final long LAST_DAY = LocalDate.of(9999, 12, 30).toEpochDay();
    private static final String CHECK_VIOLATION = "23514";

    private final byte[] stream;
    private final MessageDigest sha;

    KeyHash(byte[] stream) {
        this.stream = stream;
        try {
            this.sha = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    UUID of(String key) {
        sha.update(stream);
        sha.update((byte) 0);
        ByteBuffer digest = ByteBuffer.wrap(sha.digest(key.getBytes(StandardCharsets.UTF_8)));
        return new UUID(digest.getLong(), digest.getLong());
    }

    /** Sees to it that the days of these events' keys are there. */
    static void prepare(List<Event> events, KeyDays days) throws SQLException {
        Set<LocalDate> needed = null;
        long last = Long.MIN_VALUE;
        for (Event event : events) {
            if (event.key() != null) {
                long day = day(event.entryId().millis());
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

    /** Days since 1970. An ID that somebody made up may stand for any time. */
    static long day(long millis) {
        return millis < 0 ? LAST_DAY : Math.min(LAST_DAY, TimeUnit.MILLISECONDS.toDays(millis));
    }

    /** What is to be thrown when keys could not be inserted. */
    static SQLException failure(SQLException problem, KeyDays days) {
        if (CHECK_VIOLATION.equals(problem.getSQLState())) {
            // the table has no constraint: what is broken is that a day is missing, which is not the event's fault
            days.forget();
            return new SQLException(
                    "a day of event_key is missing: " + DatabaseFailure.describe(problem), "40001", problem);
        }
        return problem;
    }
}
