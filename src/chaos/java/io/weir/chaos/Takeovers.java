package io.weir.chaos;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How long the partitions of a node take, from the moment at which it is lost until another has committed a window of each.
 * PostgreSQL is asked, past everything that is broken: a later epoch has begun, and its count of windows has grown since.
 */
final class Takeovers implements AutoCloseable {
    private static final long LOOK_MILLIS = 20;

    /** What is known of a partition. */
    private record Row(String owner, long epoch, long windows) {}

    private final Connection database;
    private final String lost;
    private final Map<String, Row> owned = new HashMap<>();
    private final long sinceNanos;

    private Takeovers(Connection database, long pid) throws SQLException {
        this.database = database;
        this.lost = pid + "@";
        rows().forEach((partition, row) -> {
            if (row.owner().startsWith(lost)) {
                owned.put(partition, row);
            }
        });
        this.sinceNanos = System.nanoTime();
    }

    /** Counts from now, which is when the process is about to be lost. */
    static Takeovers of(Site site, Process process) throws SQLException {
        Connection database = site.openDatabase();
        try {
            return new Takeovers(database, process.pid());
        } catch (SQLException problem) {
            database.close();
            throw problem;
        }
    }

    /** Shortest, median, longest and how many. */
    static String inWords(List<Duration> took) {
        List<Duration> sorted = took.stream().sorted().toList();
        return "%.1f / %.1f / %.1f s (%d)"
                .formatted(
                        seconds(sorted.getFirst()),
                        seconds(sorted.get(sorted.size() / 2)),
                        seconds(sorted.getLast()),
                        sorted.size());
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }

    /** Waits until each partition has another owner who has committed, and returns how long each took. */
    List<Duration> await(Duration timeout) throws SQLException, InterruptedException {
        Set<String> waiting = new HashSet<>(owned.keySet());
        Map<String, Row> successors = new HashMap<>();
        List<Duration> took = new ArrayList<>();
        while (!waiting.isEmpty()) {
            Duration passed = Duration.ofNanos(System.nanoTime() - sinceNanos);
            if (passed.compareTo(timeout) > 0) {
                throw new IllegalStateException("nobody else has committed " + waiting + " within " + timeout);
            }
            rows().forEach((partition, row) -> {
                if (waiting.contains(partition) && hasCommitted(partition, row, successors)) {
                    waiting.remove(partition);
                    took.add(passed);
                }
            });
            Thread.sleep(LOOK_MILLIS);
        }
        return took;
    }

    private boolean hasCommitted(String partition, Row row, Map<String, Row> successors) {
        Row before = owned.get(partition);
        if (before == null || row.epoch() == before.epoch() || row.owner().startsWith(lost)) {
            return false;
        }
        Row successor = successors.putIfAbsent(partition, row);
        return successor != null && row.windows() > successor.windows();
    }

    private Map<String, Row> rows() throws SQLException {
        Map<String, Row> rows = new HashMap<>();
        try (Statement statement = database.createStatement();
                ResultSet found = statement.executeQuery(
                        "SELECT stream || '/' || partition, coalesce(owner, ''), epoch, windows FROM stream_cursor")) {
            while (found.next()) {
                rows.put(found.getString(1), new Row(found.getString(2), found.getLong(3), found.getLong(4)));
            }
        }
        return rows;
    }

    @Override
    public void close() throws SQLException {
        database.close();
    }
}
