package io.weir.bench;

import io.weir.scheduling.ShortSlices;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongFunction;
import org.HdrHistogram.Histogram;

/**
 * A load generator that takes as little of the machine as it can: one thread, one selector, prepared requests.
 *
 * <p>Closed loop: each connection sends its next request when it has the answer to the last. Open loop: requests are due
 * at a fixed rate whether or not earlier ones are answered, and a latency counts from when a request was due, so that a
 * server which stalls can't hide it.
 */
public final class HttpLoad {
    /** The status under which requests without an answer are counted. */
    public static final int NO_ANSWER = 0;

    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(10);
    static final Duration SLICE = Duration.ofNanos(100_000);

    /**
     * How often an open loop looks for answers. Woken for each, it would take twice as much of a processor, and the server would
     * pay for waking it; so a latency may be measured so much too long.
     */
    private static final long LOOK_EACH_NANOS = 200_000;

    private final Plan plan;
    private final InetSocketAddress address;
    private final LongFunction<ByteBuffer> requests;
    private final List<HttpConnection> connections = new ArrayList<>();
    private final ArrayDeque<HttpConnection> idle = new ArrayDeque<>();
    private final Histogram latencyMicros = new Histogram(TimeUnit.MINUTES.toMicros(1), 3);
    private final TreeMap<Integer, Long> statuses = new TreeMap<>();
    private final List<TreeMap<Integer, Answers>> statusesBySecond = new ArrayList<>();
    private long sent;
    private long accepted;
    private long beginNanos;

    /**
     * What to send.
     *
     * @param bodies request bodies, sent in turn
     * @param duration when to stop
     * @param maxRequests when to stop, if that is earlier
     * @param requestsPerSecond the rate of the open loop; 0 for a closed loop
     * @param settling requests that are due before this has passed are sent and counted, but their latencies are not
     */
    public record Plan(
            URI url,
            int connections,
            Duration duration,
            long maxRequests,
            double requestsPerSecond,
            List<byte[]> bodies,
            Duration settling) {
        public Plan {
            bodies = List.copyOf(bodies);
        }

        /** A plan that measures from the first request on. */
        public Plan(
                URI url,
                int connections,
                Duration duration,
                long maxRequests,
                double requestsPerSecond,
                List<byte[]> bodies) {
            this(url, connections, duration, maxRequests, requestsPerSecond, bodies, Duration.ZERO);
        }

        /** Whether each connection sends its next request as soon as it has the answer to the last. */
        boolean isClosedLoop() {
            return requestsPerSecond == 0;
        }

        /** A closed loop for {@code duration}. */
        public static Plan closed(URI url, int connections, Duration duration, List<byte[]> bodies) {
            return new Plan(url, connections, duration, Long.MAX_VALUE, 0, bodies);
        }
    }

    /**
     * What came of it.
     *
     * @param statuses how many answers had which status
     * @param statusesBySecond the same for each second since the beginning, by when the answer came
     * @param elapsed from the first request until the last answer
     */
    public record Result(
            long sent,
            long accepted,
            Map<Integer, Long> statuses,
            List<? extends Map<Integer, Answers>> statusesBySecond,
            Duration elapsed,
            Histogram latencyMicros) {
        public double acceptedPerSecond() {
            return accepted * 1e9 / elapsed.toNanos();
        }

        /** Latency of a percentile, 0 to 100, in milliseconds. */
        public double millis(double percentile) {
            return latencyMicros.getValueAtPercentile(percentile) / 1000.0;
        }
    }

    /** How many answers, and the longest that one of them took. */
    public record Answers(long number, long longestNanos) {
        Answers and(Answers others) {
            return new Answers(number + others.number, Math.max(longestNanos, others.longestNanos));
        }

        @Override
        public String toString() {
            return "%d (longest %.0f ms)".formatted(number, longestNanos / 1e6);
        }
    }

    private HttpLoad(Plan plan, LongFunction<ByteBuffer> requests) {
        this.plan = plan;
        this.address = new InetSocketAddress(plan.url().getHost(), plan.url().getPort());
        this.requests = requests;
    }

    /** Sends what {@code plan} says and returns when the last answer is there, or given up after 10 s. */
    public static Result run(Plan plan) throws IOException {
        ByteBuffer[] requests =
                plan.bodies().stream().map(body -> request(plan.url(), body)).toArray(ByteBuffer[]::new);
        return run(plan, number -> requests[(int) (number % requests.length)]);
    }

    /**
     * The same with requests that are made as they are sent; by their number, which counts from 0. At most one a connection
     * is in use at a time.
     */
    static Result run(Plan plan, LongFunction<ByteBuffer> requests) throws IOException {
        return new HttpLoad(plan, requests).run();
    }

    private static ByteBuffer request(URI url, byte[] body) {
        String query = url.getRawQuery() == null ? "" : "?" + url.getRawQuery();
        byte[] head = ("POST " + url.getRawPath() + query + " HTTP/1.1\r\nHost: " + url.getRawAuthority()
                        + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocateDirect(head.length + body.length)
                .put(head)
                .put(body)
                .flip();
    }

    private Result run() throws IOException {
        // what this thread waits for a processor would be measured as the server's
        ShortSlices.askForThisThread(SLICE);
        if (plan.isClosedLoop()) {
            return send();
        }
        try (RealTimePriority _ = RealTimePriority.ofThisThread()) {
            return send();
        }
    }

    private Result send() throws IOException {
        try (Selector selector = Selector.open()) {
            for (int i = 0; i < plan.connections(); i++) {
                HttpConnection connection = new HttpConnection(selector, address);
                connections.add(connection);
                idle.add(connection);
            }
            beginNanos = System.nanoTime();
            long endNanos = beginNanos + plan.duration().toNanos();
            long giveUpNanos = endNanos + ANSWER_TIMEOUT.toNanos();
            long nextCheckNanos = beginNanos;
            for (; ; ) {
                long now = System.nanoTime();
                boolean sending = now < endNanos && sent < plan.maxRequests();
                if (sending) {
                    sendWhatIsDue(now);
                } else if (idle.size() == connections.size() || now > giveUpNanos) {
                    break;
                }
                if (plan.isClosedLoop()) {
                    selector.select(this::advance, 1);
                } else {
                    LockSupport.parkNanos(LOOK_EACH_NANOS);
                    selector.selectNow(this::advance);
                }
                if (now > nextCheckNanos) {
                    giveUpLateAnswers(now);
                    nextCheckNanos = now + TimeUnit.SECONDS.toNanos(1);
                }
            }
            Duration elapsed = Duration.ofNanos(System.nanoTime() - beginNanos);
            connections.forEach(HttpConnection::reset);
            return new Result(sent, accepted, statuses, statusesBySecond, elapsed, latencyMicros);
        }
    }

    private void sendWhatIsDue(long now) {
        if (plan.isClosedLoop()) {
            // each at most once: one that is refused at once is idle again, and the end must not be waited for in vain
            for (int tries = idle.size(); tries > 0 && sent < plan.maxRequests(); tries--) {
                send(idle.remove(), now);
            }
            return;
        }
        while (!idle.isEmpty() && sent < plan.maxRequests()) {
            long due = beginNanos + (long) (sent * 1e9 / plan.requestsPerSecond());
            if (due > now) {
                return;
            }
            send(idle.remove(), due);
        }
    }

    private void send(HttpConnection connection, long due) {
        ByteBuffer request = requests.apply(sent);
        sent++;
        try {
            connection.send(request, due);
        } catch (IOException refused) {
            lost(connection);
        }
    }

    private void advance(SelectionKey key) {
        HttpConnection connection = (HttpConnection) key.attachment();
        try {
            int status = connection.advance(key);
            if (status > 0) {
                count(status, connection.dueNanos());
                idle.add(connection);
                if (plan.isClosedLoop()) {
                    sendNext();
                }
            }
        } catch (IOException broken) {
            if (connection.busy()) {
                lost(connection);
            } else {
                // closed between two requests, which a server may do
                connection.reset();
            }
        }
    }

    private void sendNext() {
        long now = System.nanoTime();
        if (sent < plan.maxRequests() && now < beginNanos + plan.duration().toNanos()) {
            send(idle.remove(), now);
        }
    }

    private void giveUpLateAnswers(long now) {
        for (HttpConnection connection : connections) {
            if (connection.busy() && now - connection.dueNanos() > ANSWER_TIMEOUT.toNanos()) {
                lost(connection);
            }
        }
    }

    private void lost(HttpConnection connection) {
        count(NO_ANSWER, connection.dueNanos());
        connection.reset();
        idle.add(connection);
    }

    private void count(int status, long dueNanos) {
        long now = System.nanoTime();
        if (dueNanos - beginNanos >= plan.settling().toNanos()) {
            latencyMicros.recordValue(Math.min(latencyMicros.getHighestTrackableValue(), (now - dueNanos) / 1000));
        }
        statuses.merge(status, 1L, Long::sum);
        if (status == 200 || status == 202 || status == 302) {
            accepted++;
        }
        int second = (int) ((now - beginNanos) / 1_000_000_000L);
        while (statusesBySecond.size() <= second) {
            statusesBySecond.add(new TreeMap<>());
        }
        statusesBySecond.get(second).merge(status, new Answers(1, now - dueNanos), Answers::and);
    }
}
