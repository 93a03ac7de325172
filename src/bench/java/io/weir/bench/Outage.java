package io.weir.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A server that is away for a while under a steady 2,000 events a second: what is answered, and is all of it counted. */
final class Outage {
    private static final double EVENTS_PER_SECOND = 2_000;
    private static final Duration BEFORE = Duration.ofSeconds(5);
    private static final Duration AFTER = Duration.ofSeconds(10);
    private static final Duration TIMEOUT = Duration.ofMinutes(2);

    private Outage() {}

    /** Which server goes away. */
    enum Victim {
        POSTGRES,
        REDIS
    }

    /**
     * What was seen.
     *
     * @param counted clicks in the database at the end. With PostgreSQL away it equals what was accepted; a request that
     *     Redis dropped unanswered may have been taken, so with Redis away it may be more
     * @param untilCommitted from the end of the load until the last event was committed
     */
    record Result(HttpLoad.Result load, long counted, Duration untilCommitted) {}

    static Result run(Servers servers, Victim victim, Duration away, Path log) throws Exception {
        servers.reset();
        try (ServerProcess weir = ServerProcess.weir(servers, log)) {
            CompletableFuture<Void> outage = CompletableFuture.runAsync(
                    () -> takeAway(servers, victim, away),
                    CompletableFuture.delayedExecutor(BEFORE.toSeconds(), TimeUnit.SECONDS));
            HttpLoad.Result load = HttpLoad.run(new HttpLoad.Plan(
                    weir.http("/api/v1/clicks"),
                    512,
                    BEFORE.plus(away).plus(AFTER),
                    Long.MAX_VALUE,
                    EVENTS_PER_SECOND,
                    Workload.clickBodies(Workload.LINKS, 1)));
            long end = System.nanoTime();
            outage.get(1, TimeUnit.MINUTES);
            try (Progress progress = new Progress(servers, "link-clicks")) {
                Progress.Sample last = progress.await(load.accepted(), TIMEOUT);
                return new Result(
                        load,
                        progress.number("SELECT sum(clicks) FROM links"),
                        Duration.ofNanos(Math.max(0, last.nanos() - end)));
            }
        }
    }

    private static void takeAway(Servers servers, Victim victim, Duration away) {
        try {
            switch (victim) {
                case POSTGRES -> servers.stopPostgres();
                case REDIS -> servers.stopRedis();
            }
            TimeUnit.NANOSECONDS.sleep(away.toNanos());
            switch (victim) {
                case POSTGRES -> servers.startPostgres();
                case REDIS -> servers.startRedis();
            }
        } catch (InterruptedException problem) {
            throw new IllegalStateException(problem);
        }
    }
}
