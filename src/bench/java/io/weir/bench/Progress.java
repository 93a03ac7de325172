package io.weir.bench;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;

/** Watches in PostgreSQL how many events of a stream are committed. */
final class Progress implements AutoCloseable {
    private final Connection connection;
    private final PreparedStatement committed;

    /** A moment and the events that were committed by then. */
    record Sample(long nanos, long events) {}

    Progress(Servers servers, String stream) throws SQLException {
        connection = servers.database();
        committed = connection.prepareStatement(
                "SELECT coalesce(sum(committed_events), 0) FROM stream_cursor WHERE stream = ?");
        committed.setString(1, stream);
    }

    Sample sample() throws SQLException {
        try (ResultSet result = committed.executeQuery()) {
            result.next();
            return new Sample(System.nanoTime(), result.getLong(1));
        }
    }

    /** Waits until {@code events} are committed and returns the first sample that showed it. */
    Sample await(long events, Duration timeout) throws SQLException {
        long deadline = System.nanoTime() + timeout.toNanos();
        for (; ; ) {
            Sample sample = sample();
            if (sample.events() >= events) {
                return sample;
            }
            if (sample.nanos() > deadline) {
                throw new IllegalStateException(
                        "only " + sample.events() + " of " + events + " events were committed within " + timeout);
            }
            Servers.pause();
        }
    }

    /** One number from the database, such as a sum over a table of counters. */
    long number(String sql) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet result = statement.executeQuery()) {
            result.next();
            return result.getLong(1);
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
