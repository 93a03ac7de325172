package io.weir.bench;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.function.LongFunction;

/** How fast a backlog that waits in Redis gets into PostgreSQL. */
final class Drain {
    private static final int[] ENTRY_SIZES = {50, 200, 500, 100};
    private static final Duration TIMEOUT = Duration.ofMinutes(5);

    private Drain() {}

    /**
     * What a drain took.
     *
     * @param perSecond events a second from the first commit that was seen to the last
     * @param perSecondFromStart the same from the start of Weir's process, which includes the start of a JVM
     */
    record Result(double perSecond, double perSecondFromStart) {}

    /** Link clicks: nothing but counters of a thousand links. */
    static Result counters(Servers servers, int events, Path log) throws SQLException {
        return run(
                servers,
                "link-clicks",
                "link-click-updates",
                Workload::click,
                events,
                log,
                "SELECT sum(clicks) FROM links");
    }

    /** Page views with a key each: a row for every event, a unique key and one more index, and counters. */
    static Result rows(Servers servers, int events, Path log) throws SQLException {
        return run(
                servers,
                "page-views",
                "page-views",
                Workload::keyedView,
                events,
                log,
                "SELECT count(*) FROM page_views");
    }

    private static Result run(
            Servers servers,
            String stream,
            String redisKey,
            LongFunction<String> event,
            int events,
            Path log,
            String check)
            throws SQLException {
        servers.reset();
        // creates the tables
        ServerProcess.weir(servers, log).close();
        write(servers, redisKey, event, events);
        try (ServerProcess weir = ServerProcess.weir(servers, log);
                Progress progress = new Progress(servers, stream)) {
            Progress.Sample first = progress.await(1, TIMEOUT);
            Progress.Sample last = progress.await(events, TIMEOUT);
            long counted = progress.number(check);
            if (counted != events) {
                throw new IllegalStateException(check + " gave " + counted + ", " + events + " were sent");
            }
            return new Result(
                    // a drain so fast that one look saw all of it has no first part
                    first.events() == events
                            ? perSecond(events, last.nanos() - weir.startedNanos())
                            : perSecond(events - first.events(), last.nanos() - first.nanos()),
                    perSecond(events, last.nanos() - weir.startedNanos()));
        }
    }

    private static double perSecond(long events, long nanos) {
        return events * 1e9 / nanos;
    }

    /** Writes entries as Weir's own writer does when it is busy: many events each, of different sizes. */
    static void write(Servers servers, String redisKey, LongFunction<String> event, int events) {
        try (RedisClient client = servers.redis()) {
            int written = 0;
            for (int entry = 0; written < events; entry++) {
                int size = Math.min(ENTRY_SIZES[entry % ENTRY_SIZES.length], events - written);
                String[] words = new String[3 + 2 * size];
                words[0] = "XADD";
                words[1] = redisKey;
                words[2] = "*";
                for (int i = 0; i < size; i++) {
                    words[3 + 2 * i] = "e";
                    words[4 + 2 * i] = event.apply(written + i);
                }
                client.send(words);
                written += size;
                if (entry % 64 == 63) {
                    client.drain();
                }
            }
            client.drain();
        }
    }
}
