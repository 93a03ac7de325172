package io.weir.bench;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/** Clicks over HTTP: how many are answered, and how many are in PostgreSQL, a second. */
final class EndToEnd {
    private static final int CONNECTIONS = 64;
    private static final Duration TIMEOUT = Duration.ofMinutes(2);

    private EndToEnd() {}

    /**
     * What came of it, in events.
     *
     * @param acceptedPerSecond answered 202
     * @param committedPerSecond from the first request sent until the last event was committed
     */
    record Result(double acceptedPerSecond, double committedPerSecond, HttpLoad.Result load) {}

    /** Against Weir, after a warm-up; ends with a check that every accepted event is counted. */
    static Result weir(Servers servers, int eventsPerRequest, Duration warmUp, Duration duration, Path log)
            throws SQLException, IOException {
        servers.reset();
        try (ServerProcess weir = ServerProcess.weir(servers, log);
                Progress progress = new Progress(servers, "link-clicks")) {
            List<byte[]> bodies = Workload.clickBodies(Workload.LINKS, eventsPerRequest);
            URI url = weir.http("/api/v1/clicks");
            long before = HttpLoad.run(HttpLoad.Plan.closed(url, CONNECTIONS, warmUp, bodies))
                            .accepted()
                    * eventsPerRequest;
            progress.await(before, TIMEOUT);
            long begin = System.nanoTime();
            HttpLoad.Result load = HttpLoad.run(HttpLoad.Plan.closed(url, CONNECTIONS, duration, bodies));
            long events = load.accepted() * eventsPerRequest;
            Progress.Sample last = progress.await(before + events, TIMEOUT);
            long counted = progress.number("SELECT sum(clicks) FROM links");
            if (counted != before + events) {
                throw new IllegalStateException(counted + " clicks were counted, " + (before + events) + " accepted");
            }
            return new Result(load.acceptedPerSecond() * eventsPerRequest, events * 1e9 / (last.nanos() - begin), load);
        }
    }

    /** The same requests against the bare route. */
    static double bareRequestsPerSecond(int eventsPerRequest, Duration warmUp, Duration duration, Path log)
            throws IOException {
        try (ServerProcess bare = ServerProcess.java(BareRoute.class, log)) {
            List<byte[]> bodies = Workload.clickBodies(Workload.LINKS, eventsPerRequest);
            URI url = bare.http("/api/v1/clicks");
            HttpLoad.run(HttpLoad.Plan.closed(url, CONNECTIONS, warmUp, bodies));
            return HttpLoad.run(HttpLoad.Plan.closed(url, CONNECTIONS, duration, bodies))
                    .acceptedPerSecond();
        }
    }
}
