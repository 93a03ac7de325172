package io.weir.store;

import io.weir.definition.Generation;
import io.weir.event.EntryId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Which partitions the streams have. Every change of a stream's takes its advisory lock, so that changes, activations
 * and what may be written past the log come one after the other. Blocks; thread-safe.
 */
public final class LayoutStore {
    /**
     * A stream's generations, the oldest first.
     *
     * @param stated what the definition said when the newest was written
     * @param removed the partitions that the log need not hold any more
     */
    public record Layout(List<Generation> generations, int stated, Set<Integer> removed) {
        public Layout {
            generations = List.copyOf(generations);
            removed = Set.copyOf(removed);
        }

        public Generation newest() {
            return generations.getLast();
        }
    }

    /** What came of the wish for another number of partitions. */
    public enum Announcement {
        ANNOUNCED,
        /** It is the number already. */
        UNCHANGED,
        /** Another change has not come to its end. */
        UNDER_WAY
    }

    private static final String BEGIN = """
        INSERT INTO stream_layout (stream, generation, partitions, stated, activated_at) VALUES (?, 0, ?, ?, now())
        ON CONFLICT DO NOTHING
        """;
    /**
     * The number of a stream's advisory lock. Such locks wait in turn; a lock of a row could be passed for ever by those that
     * share it.
     */
    static final String LOCK_KEY = "hashtextextended('weir.stream_layout.' || ?, 0)";

    private static final String LOCK = "SELECT pg_advisory_xact_lock(" + LOCK_KEY + ")";
    private static final String READ_ONE = """
        SELECT generation, partitions, activated_at IS NOT NULL, stated FROM stream_layout
        WHERE stream = ? ORDER BY generation
        """;
    private static final String READ = """
        SELECT stream, generation, partitions, activated_at IS NOT NULL, stated FROM stream_layout
        ORDER BY stream, generation
        """;
    private static final String READ_REMOVED =
            "SELECT stream, partition FROM stream_cursor WHERE removed_at IS NOT NULL";
    private static final String ANNOUNCE = """
        INSERT INTO stream_layout (stream, generation, partitions, stated) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING
        """;
    private static final String STATE = "UPDATE stream_layout SET stated = ? WHERE stream = ? AND generation = ?";
    private static final String CURSOR =
            "SELECT entry FROM stream_cursor WHERE stream = ? AND partition = ? FOR UPDATE";
    private static final String DRAINED = "UPDATE stream_cursor SET drained_to = ? WHERE stream = ? AND partition = ?";
    private static final String COUNT_DRAINED = """
        SELECT count(*) FROM stream_cursor
        WHERE stream = ? AND partition BETWEEN ? AND ? AND drained_to IS NOT NULL
        """;
    private static final String ACTIVATE = """
        UPDATE stream_layout SET activated_at = now() WHERE stream = ? AND generation = ? AND activated_at IS NULL
        """;
    private static final String REMOVE = """
        UPDATE stream_cursor c SET removed_at = now()
        WHERE stream = ? AND partition = ? AND removed_at IS NULL AND drained_to IS NOT NULL AND EXISTS (
            SELECT FROM stream_layout l WHERE l.stream = c.stream AND l.generation = ?
            AND l.activated_at < now() - make_interval(secs => ?))
        """;
    private static final String UNREMOVE =
            "UPDATE stream_cursor SET removed_at = NULL WHERE stream = ? AND partition = ?";
    private static final int MILLIS = 1_000;

    private final DataSource pool;
    private final String lockTimeoutMillis;

    LayoutStore(DataSource pool, Duration lockTimeout) {
        this.pool = pool;
        this.lockTimeoutMillis = Long.toString(lockTimeout.toMillis());
    }

    /** Notes the partitions of a stream that is new, or was there before Weir took notes of them. */
    public void begin(String stream, int partitions) throws SQLException {
        inTransaction(connection -> update(connection, BEGIN, stream, partitions, partitions));
    }

    /** All layouts, by stream. */
    public Map<String, Layout> read() throws SQLException {
        return inTransaction(connection -> {
            Map<String, Set<Integer>> removed = new HashMap<>();
            try (PreparedStatement statement = connection.prepareStatement(READ_REMOVED);
                    ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    removed.computeIfAbsent(rows.getString(1), stream -> new HashSet<>())
                            .add(rows.getInt(2));
                }
            }
            Map<String, List<Generation>> generations = new HashMap<>();
            Map<String, Integer> stated = new HashMap<>();
            try (PreparedStatement statement = connection.prepareStatement(READ);
                    ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    generations
                            .computeIfAbsent(rows.getString(1), stream -> new ArrayList<>())
                            .add(new Generation(rows.getInt(2), rows.getInt(3), rows.getBoolean(4)));
                    stated.put(rows.getString(1), rows.getInt(5));
                }
            }
            Map<String, Layout> layouts = new HashMap<>();
            generations.forEach((stream, all) -> layouts.put(
                    stream, new Layout(all, stated.getOrDefault(stream, 0), removed.getOrDefault(stream, Set.of()))));
            return layouts;
        });
    }

    /**
     * Begins a change to another number of partitions.
     *
     * @param stated what the definition says
     */
    public Announcement announce(String stream, int partitions, int stated) throws SQLException {
        return inTransaction(connection -> {
            Layout layout = lock(connection, stream);
            if (layout == null || !layout.newest().active()) {
                return Announcement.UNDER_WAY;
            }
            int newest = layout.newest().number();
            if (layout.newest().partitions() == partitions) {
                update(connection, STATE, stated, stream, newest);
                return Announcement.UNCHANGED;
            }
            update(connection, ANNOUNCE, stream, newest + 1, partitions, stated);
            return Announcement.ANNOUNCED;
        });
    }

    /** Announces again what this process knows to have been announced, and a standby that took over does not. */
    public void announceAgain(String stream, Generation generation, int stated) throws SQLException {
        inTransaction(connection -> {
            Layout layout = lock(connection, stream);
            boolean follows = layout != null && layout.newest().number() + 1 == generation.number();
            return follows
                    ? update(connection, ANNOUNCE, stream, generation.number(), generation.partitions(), stated)
                    : 0;
        });
    }

    /**
     * Notes that all that a sealed partition will ever hold is committed, if it is; with the last one of its generation
     * the next one becomes active.
     *
     * @param last the last entry that it will ever hold
     * @return false when the cursor is before that
     */
    public boolean drained(String stream, int partition, EntryId last) throws SQLException {
        return inTransaction(connection -> {
            Layout layout = lock(connection, stream);
            EntryId cursor = cursor(connection, stream, partition);
            if (layout == null || cursor == null || last.isAfter(cursor)) {
                return false;
            }
            update(connection, DRAINED, last.toString(), stream, partition);
            Generation newest = layout.newest();
            for (Generation generation : layout.generations()) {
                if (generation.has(partition) && !newest.active() && generation.number() + 1 == newest.number()) {
                    activateIfDrained(connection, stream, generation);
                }
            }
            return true;
        });
    }

    private static void activateIfDrained(Connection connection, String stream, Generation generation)
            throws SQLException {
        try (PreparedStatement count = connection.prepareStatement(COUNT_DRAINED)) {
            count.setString(1, stream);
            count.setInt(2, generation.partition(0));
            count.setInt(3, generation.partition(generation.partitions() - 1));
            try (ResultSet row = count.executeQuery()) {
                if (row.next() && row.getInt(1) == generation.partitions()) {
                    update(connection, ACTIVATE, stream, generation.number() + 1);
                }
            }
        }
    }

    /**
     * Notes that the log need not hold a drained partition any more.
     *
     * @param retention how long it must, after those that follow it became active
     * @return false when that time is not over, or it is noted already
     */
    public boolean removed(String stream, int partition, Duration retention) throws SQLException {
        return inTransaction(connection -> {
            try (PreparedStatement statement = connection.prepareStatement(REMOVE)) {
                statement.setString(1, stream);
                statement.setInt(2, partition);
                statement.setInt(3, Generation.of(partition) + 1);
                statement.setDouble(4, (double) retention.toMillis() / MILLIS);
                return statement.executeUpdate() == 1;
            }
        });
    }

    /** Notes that the log holds something of a partition after all. */
    public void notRemoved(String stream, int partition) throws SQLException {
        inTransaction(connection -> update(connection, UNREMOVE, stream, partition));
    }

    private static @Nullable Layout lock(Connection connection, String stream) throws SQLException {
        List<Generation> generations = new ArrayList<>();
        int stated = 0;
        try (PreparedStatement statement = connection.prepareStatement(LOCK)) {
            statement.setString(1, stream);
            statement.execute();
        }
        // a statement of its own: it sees what those did who had the lock
        try (PreparedStatement statement = connection.prepareStatement(READ_ONE)) {
            statement.setString(1, stream);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    generations.add(new Generation(rows.getInt(1), rows.getInt(2), rows.getBoolean(3)));
                    stated = rows.getInt(4);
                }
            }
        }
        return generations.isEmpty() ? null : new Layout(generations, stated, Set.of());
    }

    private static @Nullable EntryId cursor(Connection connection, String stream, int partition) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(CURSOR)) {
            statement.setString(1, stream);
            statement.setInt(2, partition);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? EntryId.parse(row.getString(1)) : null;
            }
        }
    }

    private static int update(Connection connection, String sql, Object... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            return statement.executeUpdate();
        }
    }

    private interface Work<T> {
        T run(Connection connection) throws SQLException;
    }

    private <T> T inTransaction(Work<T> work) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            try (PreparedStatement set = connection.prepareStatement("SELECT set_config('lock_timeout', ?, true)")) {
                set.setString(1, lockTimeoutMillis);
                set.execute();
                T result = work.run(connection);
                connection.commit();
                return result;
            } catch (SQLException problem) {
                connection.rollback();
                throw problem;
            }
        }
    }
}
