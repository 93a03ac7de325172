package io.weir.chaos;

import io.weir.bench.RedisClient;
import io.weir.event.EntryId;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Watches every partition's last entry in Redis and cursor in PostgreSQL, 25 times a second, past the proxies. Tells how
 * long the longest time was in which entries were pending and nothing was committed, and when all is committed.
 *
 * <p>While a server is away, what it said last stands: that is a time without a commit, too.
 */
final class CommitWatch implements AutoCloseable {
    private static final long PERIOD_MILLIS = 40;
    private static final String LAST_IDS = """
        local ids = {}
        for i, key in ipairs(KEYS) do
          ids[i] = '0-0'
          if redis.call('EXISTS', key) == 1 then
            local info = redis.call('XINFO', 'STREAM', key)
            for j = 1, #info, 2 do
              if info[j] == 'last-generated-id' then ids[i] = info[j + 1] end
            end
          end
        end
        return table.concat(ids, ' ')
        """;

    private static final class Partition {
        private String last = "0-0";
        private String cursor = "0-0";
        private long waitingSinceNanos;
        private boolean pending;
    }

    private final Site site;
    private final List<String> keys = java.util.Arrays.stream(EventStream.values())
            .flatMap(stream -> stream.redisKeys().stream())
            .toList();
    private final Map<String, Partition> partitions = new HashMap<>();
    private final Thread thread;
    private @Nullable RedisClient redis;
    private @Nullable Connection database;
    private long longestNanos;
    private long looks;
    private boolean drained;
    private volatile boolean closed;

    CommitWatch(Site site) {
        this.site = site;
        keys.forEach(key -> partitions.put(key, new Partition()));
        thread = Thread.ofPlatform().daemon().name("commit-watch").start(this::run);
    }

    /** Forgets the longest stall so far. */
    synchronized void begin() {
        longestNanos = 0;
        long now = System.nanoTime();
        partitions.values().forEach(partition -> partition.waitingSinceNanos = now);
    }

    synchronized Duration longestStall() {
        return Duration.ofNanos(longestNanos);
    }

    /** Waits until everything that Redis holds is committed, as a look that began after this call found. */
    synchronized boolean awaitDrained(Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        long lookedAt = looks + 1;
        while (looks <= lookedAt || !drained) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            wait(1 + left / 1_000_000);
        }
        return true;
    }

    /** Where everything stands, for a person. */
    synchronized String describe() {
        StringBuilder text = new StringBuilder();
        partitions.forEach((key, partition) -> text.append(key)
                .append(": last ")
                .append(partition.last)
                .append(", cursor ")
                .append(partition.cursor)
                .append("; "));
        return text.toString();
    }

    private void run() {
        try {
            while (!closed) {
                boolean redisAnswers = askRedis();
                boolean databaseAnswers = askDatabase();
                judge(redisAnswers && databaseAnswers);
                Thread.sleep(PERIOD_MILLIS);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } finally {
            dropRedis();
            dropDatabase();
        }
    }

    private boolean askRedis() {
        try {
            RedisClient open = redis;
            if (open == null) {
                open = site.openRedis();
                redis = open;
            }
            String[] command = new String[3 + keys.size()];
            command[0] = "EVAL";
            command[1] = LAST_IDS;
            command[2] = Integer.toString(keys.size());
            for (int i = 0; i < keys.size(); i++) {
                command[3 + i] = keys.get(i);
            }
            String[] ids = open.call(command).split(" ", -1);
            synchronized (this) {
                for (int i = 0; i < keys.size(); i++) {
                    partition(keys.get(i)).last = ids[i];
                }
            }
            return true;
        } catch (UncheckedIOException | IllegalStateException away) {
            dropRedis();
            return false;
        }
    }

    private boolean askDatabase() {
        try {
            Connection open = database;
            if (open == null) {
                open = site.openDatabase();
                database = open;
            }
            try (Statement statement = open.createStatement();
                    ResultSet rows = statement.executeQuery("SELECT stream, partition, entry FROM stream_cursor")) {
                Map<String, String> cursors = new HashMap<>();
                while (rows.next()) {
                    cursors.put(rows.getString(1) + "/" + rows.getInt(2), rows.getString(3));
                }
                synchronized (this) {
                    for (EventStream stream : EventStream.ALL) {
                        for (int i = 0; i < stream.redisKeys().size(); i++) {
                            move(stream.redisKeys().get(i), cursors.getOrDefault(stream.key() + "/" + i, "0-0"));
                        }
                    }
                }
            }
            return true;
        } catch (SQLException away) {
            dropDatabase();
            return false;
        }
    }

    private void move(String key, String cursor) {
        Partition partition = partition(key);
        if (!partition.cursor.equals(cursor)) {
            partition.cursor = cursor;
            measure(partition);
        }
    }

    private void measure(Partition partition) {
        long now = System.nanoTime();
        if (partition.pending) {
            longestNanos = Math.max(longestNanos, now - partition.waitingSinceNanos);
        }
        partition.waitingSinceNanos = now;
    }

    private synchronized void judge(boolean both) {
        boolean all = both;
        for (Partition partition : partitions.values()) {
            boolean pending = EntryId.parse(partition.last).isAfter(EntryId.parse(partition.cursor));
            if (pending != partition.pending) {
                measure(partition);
                partition.pending = pending;
            } else if (pending) {
                longestNanos = Math.max(longestNanos, System.nanoTime() - partition.waitingSinceNanos);
            }
            all &= !pending;
        }
        drained = all;
        looks++;
        notifyAll();
    }

    private Partition partition(String key) {
        Partition partition = partitions.get(key);
        if (partition == null) {
            throw new IllegalArgumentException(key);
        }
        return partition;
    }

    private void dropRedis() {
        RedisClient open = redis;
        redis = null;
        if (open != null) {
            open.close();
        }
    }

    private void dropDatabase() {
        Connection open = database;
        database = null;
        if (open != null) {
            try {
                open.close();
            } catch (SQLException ignored) {
                // it is of no more use
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
