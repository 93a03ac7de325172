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
import java.time.LocalDate;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.postgresql.PGStatement;

/**
 * How a stream's keys stand in {@code event_key}: as hashes, on the day (UTC) of their entry. For one transaction.
 *
 * <p>The hash is the first 128 bits of SHA-256 over the stream's name, a zero byte and the key. Of a key {@code @PREFIX/INDEX},
 * as Weir gives them to clicks, it is the first 112 bits over the same with the prefix alone, and the index: the keys of one
 * batch stand side by side, and {@link BatchKeys} makes one row of them.
 */
final class KeyHash {
    private static final long LAST_DAY = LocalDate.of(9999, 12, 30).toEpochDay();
    private static final String CHECK_VIOLATION = "23514";
    private static final int MOST_DIGITS = 4;
    private static final long INDEX_BITS = 0xffff;
    private static final int NONE = -1;

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

    /** Whether a key is one of a batch's. */
    static boolean isOfBatch(String key) {
        return slashBeforeIndex(key) != NONE;
    }

    /** The index of a batch's key. */
    static int index(UUID hash) {
        return (int) (hash.getLeastSignificantBits() & INDEX_BITS);
    }

    /** The hash of another key of the same batch. */
    static UUID withIndex(UUID hash, int index) {
        return new UUID(hash.getMostSignificantBits(), withIndex(hash.getLeastSignificantBits(), index));
    }

    private static long withIndex(long low, int index) {
        return (low & ~INDEX_BITS) | index;
    }

    UUID of(String key) {
        int slash = slashBeforeIndex(key);
        String hashed = slash == NONE ? key : key.substring(0, slash);
        sha.update(stream);
        sha.update((byte) 0);
        ByteBuffer digest = ByteBuffer.wrap(sha.digest(hashed.getBytes(StandardCharsets.UTF_8)));
        long high = digest.getLong();
        long low = digest.getLong();
        if (slash != NONE) {
            low = withIndex(low, Integer.parseInt(key, slash + 1, key.length(), 10));
        }
        return new UUID(high, low);
    }

    /** Where the slash stands before the index that a key ends with; one way to write it, so that no two keys have one hash. */
    private static int slashBeforeIndex(String key) {
        int slash = key.lastIndexOf('/');
        int digits = key.length() - slash - 1;
        if (slash < 0 || key.charAt(0) != '@' || digits < 1 || digits > MOST_DIGITS) {
            return NONE;
        }
        if (digits > 1 && key.charAt(slash + 1) == '0') {
            return NONE;
        }
        for (int at = slash + 1; at < key.length(); at++) {
            if (key.charAt(at) < '0' || key.charAt(at) > '9') {
                return NONE;
            }
        }
        return slash;
    }

    /** The same in SQL, for what stands in a column; its one parameter is the stream's name. */
    static String sql(String column) {
        String key = column + "::text";
        String hash =
                "substring(sha256(convert_to(?, 'UTF8') || '\\x00'::bytea || convert_to(k.hashed, 'UTF8')) FOR 16)";
        return "(SELECT encode(CASE WHEN k.index IS NULL THEN k.hash ELSE substring(k.hash FOR 14)"
                + " || decode(lpad(to_hex(k.index), 4, '0'), 'hex') END, 'hex')::uuid FROM (SELECT k.index, " + hash
                + " AS hash FROM (SELECT m[2]::integer AS index, coalesce(m[1], " + key + ") AS hashed"
                + " FROM regexp_match(" + key + ", '^(@.*)/(0|[1-9][0-9]{0,3})$') AS m) k) k)";
    }

    /** A statement that is planned each time: a plan that was made while a day was empty would read all of it later. */
    static PreparedStatement planned(Connection connection, String sql) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        statement.unwrap(PGStatement.class).setPrepareThreshold(0);
        return statement;
    }

    /** The hashes that a statement answers. */
    static Set<UUID> read(PreparedStatement statement) throws SQLException {
        Set<UUID> hashes = new HashSet<>();
        try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                hashes.add(rows.getObject(1, UUID.class));
            }
        }
        return hashes;
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
