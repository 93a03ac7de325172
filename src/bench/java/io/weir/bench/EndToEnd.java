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
     * How long and how often.
     *
     * @param warmUp for each of the two; what is measured is the code as it is once compiled
     * @param slice Weir and the bare route are measured in turns of this length
     * @param committed the last turn of Weir's, of which all is waited for
     */
    record Schedule(Duration warmUp, Duration slice, int slices, Duration committed) {}

    /**
     * What came of it, in events.
     *
     * @param barePerSecond answered 202 by the bare route
     * @param acceptedPerSecond answered 202 by Weir
     * @param committedPerSecond from the first request sent until the last event was committed
     * @param load the last turn of Weir's
     */
    record Result(double barePerSecond, double acceptedPerSecond, double committedPerSecond, HttpLoad.Result load) {}

    /**
     * The same requests to Weir and to the bare route, in turns: a machine that is shared is fast in one minute and slow in
     * the next. Ends with a check that every event that Weir accepted is counted.
     */
    static Result run(Servers servers, int eventsPerRequest, Schedule schedule, Path bareLog, Path weirLog)
            throws SQLException, IOException {
        servers.reset();
        List<byte[]> bodies = Workload.clickBodies(Workload.LINKS, eventsPerRequest);
        try (ServerProcess bare = ServerProcess.java(BareRoute.class, bareLog);
                ServerProcess weir = ServerProcess.weir(servers, weirLog);
                Progress progress = new Progress(servers, "link-clicks")) {
            URI bareUrl = bare.http("/api/v1/clicks");
            URI weirUrl = weir.http("/api/v1/clicks");
            load(bareUrl, schedule.warmUp(), bodies);
            long sent = load(weirUrl, schedule.warmUp(), bodies).accepted();
            double barePerSecond = 0;
            double weirPerSecond = 0;
            for (int i = 0; i < schedule.slices(); i++) {
                barePerSecond += load(bareUrl, schedule.slice(), bodies).acceptedPerSecond() / schedule.slices();
                HttpLoad.Result turn = load(weirUrl, schedule.slice(), bodies);
                weirPerSecond += turn.acceptedPerSecond() / schedule.slices();
                sent += turn.accepted();
                progress.await(sent * eventsPerRequest, TIMEOUT);
            }
            long begin = System.nanoTime();
            HttpLoad.Result last = load(weirUrl, schedule.committed(), bodies);
            sent += last.accepted();
            Progress.Sample done = progress.await(sent * eventsPerRequest, TIMEOUT);
            long counted = progress.number("SELECT sum(clicks) FROM links");
            if (counted != sent * eventsPerRequest) {
                throw new IllegalStateException(
                        counted + " clicks were counted, " + sent * eventsPerRequest + " accepted");
            }
            return new Result(
                    barePerSecond * eventsPerRequest,
                    weirPerSecond * eventsPerRequest,
                    last.accepted() * eventsPerRequest * 1e9 / (done.nanos() - begin),
                    last);
        }
    }

    private static HttpLoad.Result load(URI url, Duration duration, List<byte[]> bodies) throws IOException {
        return HttpLoad.run(HttpLoad.Plan.closed(url, CONNECTIONS, duration, bodies));
    }
}
