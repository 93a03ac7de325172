package io.weir.chaos;

import io.weir.bench.ServerProcess;
import io.weir.embedded.EmbeddedPostgresServer;
import io.weir.embedded.EmbeddedRedisServer;
import io.weir.testkit.RedisForTests;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Views of stories as they ship, from many clients at once, while Redis is killed and comes back: {@code src/chaos/views}.
 * A client sends a view again until it is answered 200, as browsers do. Then every story must have been counted once for each
 * visitor.
 */
final class ViewStorm {
    private static final int CLIENTS = 64;
    private static final int VISITORS = 10_000;
    private static final int STORIES = 100;
    private static final Duration START_TIMEOUT = Duration.ofSeconds(90);
    private static final Duration OUTAGE = Duration.ofSeconds(1);
    private static final Duration LONGEST_REQUEST = Duration.ofSeconds(10);
    /** One UPDATE per view is one transaction per view; a hundredth of them is allowed. */
    private static final int VIEWS_PER_TRANSACTION = 100;

    private record View(int story, int visitor) {}

    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger firstViews = new AtomicInteger();
    private final AtomicInteger sentAgain = new AtomicInteger();
    private final AtomicInteger wrongAnswers = new AtomicInteger();
    private final List<View> views = new ArrayList<>();

    private ViewStorm(int number, long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < number; i++) {
            views.add(new View(random.nextInt(STORIES), random.nextInt(VISITORS)));
        }
    }

    public static void main(String[] args) throws Exception {
        int number = args.length > 0 ? Integer.parseInt(args[0]) : 100_000;
        long seed = args.length > 1 ? Long.parseLong(args[1]) : new Random().nextInt(Integer.MAX_VALUE);
        System.out.println("seed " + seed);
        Path directory = Files.createTempDirectory("weir-views-");
        boolean held;
        try (EmbeddedRedisServer redis = EmbeddedRedisServer.start(directory.resolve("redis"), 0, START_TIMEOUT);
                EmbeddedPostgresServer postgres =
                        EmbeddedPostgresServer.start(directory.resolve("postgres"), 0, START_TIMEOUT)) {
            // what a Redis that syncs each second may lose is another matter
            RedisForTests.keepAll(redis);
            held = new ViewStorm(number, seed).run(redis, postgres);
        } finally {
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            }
        }
        System.exit(held ? 0 : 1);
    }

    private boolean run(EmbeddedRedisServer redis, EmbeddedPostgresServer postgres) throws Exception {
        Files.createDirectories(Path.of("target"));
        Map<String, String> environment = Map.of(
                "REDIS_URL",
                redis.url(),
                "DATABASE_URL",
                "postgres://postgres@127.0.0.1:" + postgres.port() + "/postgres",
                "WEIR_HTTP_PORT",
                "0");
        Redirect log = Redirect.to(Path.of("target", "views-weir.log").toFile());
        try (ServerProcess weir = ServerProcess.launchWeir(environment, log);
                Connection database = DriverManager.getConnection(postgres.jdbcUrl())) {
            weir.ready().get(START_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
            long transactionsBefore = transactions(database);
            long began = System.nanoTime();
            List<Thread> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(Thread.ofPlatform().start(() -> view(weir)));
            }
            while (next.get() < views.size() / 2) {
                TimeUnit.MILLISECONDS.sleep(5);
            }
            redis.kill();
            Thread.sleep(OUTAGE);
            redis.restart();
            for (Thread client : clients) {
                client.join();
            }
            double seconds = (System.nanoTime() - began) / 1e9;
            post(HttpClient.newHttpClient(), weir.http("/api/cron/sync-views"));
            return report(database, seconds, transactions(database) - transactionsBefore);
        }
    }

    private void view(ServerProcess weir) {
        // one client, one connection
        try (HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            for (int i = next.getAndIncrement(); i < views.size(); i = next.getAndIncrement()) {
                View view = views.get(i);
                URI uri = weir.http("/api/stories/story-" + view.story() + "/view");
                HttpRequest request = HttpRequest.newBuilder(uri)
                        .timeout(LONGEST_REQUEST)
                        .header("X-User-Id", "visitor-" + view.visitor())
                        .POST(HttpRequest.BodyPublishers.noBody())
                        .build();
                String answer;
                for (answer = send(client, request); answer == null; answer = send(client, request)) {
                    sentAgain.incrementAndGet();
                    TimeUnit.MILLISECONDS.sleep(20);
                }
                if (answer.contains("\"isFirstView\":true")) {
                    firstViews.incrementAndGet();
                }
                if (!answer.startsWith("{\"success\":true,\"isFirstView\":")) {
                    wrongAnswers.incrementAndGet();
                }
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** Null when the view has to be sent again. */
    private static @Nullable String send(HttpClient client, HttpRequest request) throws InterruptedException {
        try {
            HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
            return response.statusCode() == 200 ? response.body() : null;
        } catch (IOException broken) {
            return null;
        }
    }

    private static void post(HttpClient client, URI uri) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(uri)
                .POST(HttpRequest.BodyPublishers.noBody())
                .build();
        for (int attempt = 0; send(client, request) == null; attempt++) {
            if (attempt == 100) {
                throw new IllegalStateException("what was accepted was not committed");
            }
            TimeUnit.MILLISECONDS.sleep(200);
        }
        client.close();
    }

    private boolean report(Connection database, double seconds, long transactions) throws SQLException {
        Set<View> distinct = new HashSet<>(views);
        int[] expected = new int[STORIES];
        distinct.forEach(view -> expected[view.story()]++);
        int wrong = 0;
        long counted = 0;
        for (int story = 0; story < STORIES; story++) {
            long reads = number(database, "SELECT read_count FROM stories WHERE id = 'story-" + story + "'");
            counted += reads;
            wrong += reads == expected[story] ? 0 : 1;
        }
        long direct = number(database, "SELECT sum(direct_events) FROM stream_cursor");
        long allowed = views.size() / VIEWS_PER_TRANSACTION;
        System.out.printf(
                Locale.ROOT,
                "%,d views in %.1f s (%,.0f a second), %,d of them of a visitor and story for the first time%ncounted"
                    + " %,d; stories with a wrong count: %d%nanswered isFirstView %,d times; wrong answers: %d; sent"
                    + " again: %,d; written past Redis: %,d%ntransactions of the database: %,d, allowed %,d%n",
                views.size(),
                seconds,
                views.size() / seconds,
                distinct.size(),
                counted,
                wrong,
                firstViews.get(),
                wrongAnswers.get(),
                sentAgain.get(),
                direct,
                transactions,
                allowed);
        return wrong == 0 && wrongAnswers.get() == 0 && transactions <= allowed;
    }

    /** All that committed, whatever it was for. */
    private static long transactions(Connection database) throws SQLException {
        number(database, "SELECT count(pg_stat_force_next_flush())");
        return number(database, "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()");
    }

    private static long number(Connection database, String sql) throws SQLException {
        try (Statement statement = database.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getLong(1) : 0;
        }
    }
}
