package io.weir.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongFunction;

/**
 * Redirects over a table of a million links. Which of them is asked for follows Zipf's law over all, so that memory, which
 * has room for a tenth of them, misses as it would for a real site.
 */
final class Redirects {
    static final int LINKS = 1_000_000;

    private static final int CONNECTIONS = 64;
    /** Links that are surely in memory when the servers stop. */
    private static final int POPULAR = 10_000;

    private static final byte[] START = "GET /c".getBytes(StandardCharsets.US_ASCII);
    private static final int MOST_DIGITS = 10;
    private static final int DRAWS = 1 << 23;
    private static final Duration TIMEOUT = Duration.ofMinutes(3);

    private Redirects() {}

    /**
     * How long.
     *
     * @param warmUp until what is measured is compiled, and memory holds what is popular
     * @param highest the closed loop that says how many a second there can be
     * @param half each of the open loops at half of that
     * @param settling what of these is sent and not counted: each opens its connections anew, which costs the server more than
     *     a redirect, and has it compile what comes at another pace than in the loop before
     */
    record Schedule(Duration warmUp, Duration highest, Duration half, Duration settling) {}

    /**
     * What came of it.
     *
     * @param sustained redirects a second from the first that was sent until the click of the last was committed
     * @param half at half of the highest rate, latency from when a request was due
     * @param halfSustained at half of the rate that clicks are committed at
     * @param alone at half of the highest rate over links in memory, with Redis and PostgreSQL stopped
     * @param clicks redirects that were answered before that; each is a row and counted
     * @param lookups who answered them
     */
    record Result(
            HttpLoad.Result highest,
            double sustained,
            HttpLoad.Result half,
            HttpLoad.Result halfSustained,
            HttpLoad.Result alone,
            long clicks,
            Map<String, Long> lookups) {}

    static Result run(Servers servers, Schedule schedule, Path log) throws Exception {
        servers.reset();
        try (ServerProcess weir = ServerProcess.weir(servers, log)) {
            createLinks(servers);
            URI url = weir.http("/");
            LongFunction<ByteBuffer> everywhere = requests(url, zipf(LINKS));
            long clicks = highest(url, schedule.warmUp(), everywhere).accepted();
            settle(servers, weir, clicks);
            long beganNanos = System.nanoTime();
            HttpLoad.Result highest = highest(url, schedule.highest(), everywhere);
            clicks += highest.accepted();
            awaitClicks(servers, clicks);
            double sustained = highest.accepted() * 1e9 / (System.nanoTime() - beganNanos);
            weir.collectGarbage();
            double rate = highest.acceptedPerSecond() / 2;
            HttpLoad.Result half = atRate(url, schedule, rate, everywhere);
            clicks += half.accepted();
            settle(servers, weir, clicks);
            HttpLoad.Result halfSustained = atRate(url, schedule, sustained / 2, everywhere);
            clicks += halfSustained.accepted();
            int[] popular = new int[POPULAR];
            Arrays.setAll(popular, i -> i);
            clicks += HttpLoad.run(
                            new HttpLoad.Plan(url, CONNECTIONS, TIMEOUT, POPULAR, 0, List.of()), requests(url, popular))
                    .accepted();
            settle(servers, weir, clicks);
            Map<String, Long> lookups = lookups(weir.http("/metrics"));
            servers.stopRedis();
            servers.stopPostgres();
            try {
                HttpLoad.Result alone = atRate(url, schedule, rate, requests(url, zipf(POPULAR)));
                return new Result(highest, sustained, half, halfSustained, alone, clicks, lookups);
            } finally {
                servers.startPostgres();
                servers.startRedis();
            }
        }
    }

    private static HttpLoad.Result highest(URI url, Duration duration, LongFunction<ByteBuffer> requests)
            throws IOException {
        return load(new HttpLoad.Plan(url, CONNECTIONS, duration, Long.MAX_VALUE, 0, List.of()), requests);
    }

    private static HttpLoad.Result atRate(
            URI url, Schedule schedule, double perSecond, LongFunction<ByteBuffer> requests) throws IOException {
        return load(
                new HttpLoad.Plan(
                        url, CONNECTIONS, schedule.half(), Long.MAX_VALUE, perSecond, List.of(), schedule.settling()),
                requests);
    }

    private static HttpLoad.Result load(HttpLoad.Plan plan, LongFunction<ByteBuffer> requests) throws IOException {
        HttpLoad.Result result = HttpLoad.run(plan, requests);
        if (result.accepted() != result.sent()) {
            throw new IllegalStateException("not every redirect was answered: " + result.statuses());
        }
        return result;
    }

    /** What one loop has left behind, clicks or garbage, is not of the next measurement. */
    private static void settle(Servers servers, ServerProcess weir, long clicks) throws Exception {
        awaitClicks(servers, clicks);
        weir.collectGarbage();
    }

    private static void createLinks(Servers servers) throws SQLException {
        try (Connection connection = servers.database();
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "INSERT INTO short_links (code, url, project) SELECT 'c' || i, 'https://example.com/landing/'"
                            + " || i || '?utm_source=bench&utm_campaign=c' || i % 1000, 'p' || i % 1000"
                            + " FROM generate_series(0, " + (LINKS - 1) + ") AS i");
            statement.execute("VACUUM ANALYZE short_links");
        }
    }

    /** Numbers of links, the popular ones often: the n-th of them with a probability of 1/n to that of the first. */
    private static int[] zipf(int links) {
        double[] upTo = new double[links];
        double sum = 0;
        for (int i = 0; i < links; i++) {
            sum += 1.0 / (i + 1);
            upTo[i] = sum;
        }
        Random random = new Random(1);
        int[] draws = new int[DRAWS];
        for (int i = 0; i < DRAWS; i++) {
            int found = Arrays.binarySearch(upTo, random.nextDouble() * sum);
            draws[i] = Math.min(links - 1, found < 0 ? -found - 1 : found);
        }
        return draws;
    }

    private static LongFunction<ByteBuffer> requests(URI url, int[] links) {
        String tail = " HTTP/1.1\r\nHost: " + url.getRawAuthority()
                + "\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
                + "\r\nReferer: https://www.example.org/posts/42\r\n\r\n";
        byte[] end = tail.getBytes(StandardCharsets.US_ASCII);
        // used in turn: a generator that collects much garbage would be measured as a server that is slow
        ByteBuffer[] buffers = new ByteBuffer[2 * CONNECTIONS];
        Arrays.setAll(buffers, index -> ByteBuffer.allocateDirect(START.length + MOST_DIGITS + end.length));
        // goes on where the loop before has stopped: the same draws again would be links that some cache has
        AtomicInteger next = new AtomicInteger();
        return number -> {
            ByteBuffer buffer = buffers[(int) (number % buffers.length)];
            int draw = Math.floorMod(next.getAndIncrement(), links.length);
            byte[] link = Integer.toString(links[draw]).getBytes(StandardCharsets.US_ASCII);
            return buffer.clear().put(START).put(link).put(end).flip();
        };
    }

    /** Waits until each redirect is committed, and checks that each is a row and is counted. */
    private static void awaitClicks(Servers servers, long expected) throws SQLException {
        try (Progress progress = new Progress(servers, "redirect-clicks")) {
            progress.await(expected, TIMEOUT);
            long counted = progress.number("SELECT sum(clicks) FROM short_links");
            long rows = progress.number("SELECT count(*) FROM click_events");
            if (counted != expected || rows != expected) {
                throw new IllegalStateException(expected + " redirects, " + counted + " counted, " + rows + " rows");
            }
        }
    }

    private static Map<String, Long> lookups(URI metrics) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            String body = client.send(HttpRequest.newBuilder(metrics).build(), HttpResponse.BodyHandlers.ofString())
                    .body();
            Map<String, Long> lookups = new TreeMap<>();
            for (String line : body.split("\n", -1)) {
                if (line.startsWith("weir_link_lookups_total{source=\"")) {
                    String[] parts = line.split("\"", -1);
                    lookups.put(parts[1], (long) Double.parseDouble(parts[2].substring(2)));
                }
            }
            return lookups;
        }
    }
}
