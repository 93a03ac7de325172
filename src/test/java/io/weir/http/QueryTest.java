package io.weir.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.weir.definition.RollupStep;
import io.weir.query.Buckets;
import io.weir.query.Greatest;
import io.weir.query.QueryFailure;
import io.weir.query.RangePart;
import io.weir.query.RankedEntity;
import io.weir.query.RolledUpStream;
import io.weir.settings.QuerySettings;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.datasketches.hll.HllSketch;
import org.apache.datasketches.hll.TgtHllType;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The routes of questions over rollups in memory. */
class QueryTest {
    private static final String SERIES = "/api/v1/counters/clicks/abc/series";
    private static final String TOP = "/api/v1/top/clicks";
    private static final String MORNING = "from=2026-03-01T10:00:00Z&to=2026-03-01T13:00:00Z";

    private final ActorTestKit testKit = ActorTestKit.create();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final ThreadPoolExecutor executor =
            new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new ArrayBlockingQueue<>(1));
    private Supplier<List<RankedEntity>> greatest = List::of;

    private final Buckets buckets = new Buckets() {
        @Override
        public Map<Instant, BigDecimal> values(String stream, String measure, String entity, RangePart part) {
            asked.add(stream + " " + measure + " " + entity + " " + part.step() + " " + part.from() + " " + part.to());
            return Map.of(Instant.parse("2026-03-01T11:00:00Z"), new BigDecimal("7"));
        }

        @Override
        public Map<Instant, byte[]> sketches(String stream, String measure, String entity, RangePart part) {
            asked.add(stream + " " + measure + " " + entity + " " + part.step() + " " + part.from() + " " + part.to());
            return Map.of(
                    Instant.parse("2026-03-01T10:00:00Z"), sketch("ada", "grace"),
                    Instant.parse("2026-03-01T12:00:00Z"), sketch("ada", "edsger", "barbara"));
        }

        @Override
        public Greatest greatest(String stream, String measure, Iterable<RangePart> range, int limit) {
            asked.add(stream + " " + measure + " " + limit);
            range.forEach(part -> asked.add(part.step() + " " + part.from() + " " + part.to()));
            return new Greatest(greatest.get(), false);
        }
    };

    private final Routes routes = routes();

    private Routes routes() {
        Routes.Builder builder = Routes.builder();
        RolledUpStream clicks = new RolledUpStream(
                Streams.clicks(),
                new TreeMap<>(
                        Map.of(RollupStep.HOUR, Duration.ofDays(90_000), RollupStep.DAY, RolledUpStream.FOR_EVER)),
                List.of("clicks", "usage"),
                null);
        RolledUpStream numbers = new RolledUpStream(
                Streams.numbers(),
                new TreeMap<>(Map.of(RollupStep.HOUR, Duration.ofDays(90_000))),
                List.of("clicks"),
                "uniques:visitor");
        QueryRoutes.addRollups(
                builder,
                Streams.all(),
                new QueryRoutes.Rollups(List.of(clicks, numbers), buckets, executor),
                new QuerySettings(
                        1,
                        1,
                        1,
                        Duration.ofSeconds(1),
                        100,
                        50,
                        1_000,
                        10,
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(1),
                        1,
                        Duration.ZERO),
                TestServer.settings(10),
                meters);
        return builder.build();
    }

    @AfterEach
    void stop() {
        executor.shutdownNow();
        testKit.shutdownTestKit();
    }

    private CompletableFuture<HttpResponse> send(String pathAndQuery, String... headers) {
        HttpRequest request = HttpRequest.GET(pathAndQuery);
        for (int i = 0; i < headers.length; i += 2) {
            request = request.addHeader(RawHeader.create(headers[i], headers[i + 1]));
        }
        return routes.handle(request).toCompletableFuture();
    }

    private String body(HttpResponse response) {
        return response.entity()
                .toStrict(10_000, testKit.system())
                .toCompletableFuture()
                .join()
                .getData()
                .decodeString(StandardCharsets.UTF_8);
    }

    @Test
    void aSeriesHasEveryBucketInItsOrder() {
        HttpResponse response = send(SERIES + "?" + MORNING).join();

        assertThat(response.status().intValue()).isEqualTo(200);
        assertThat(body(response))
                .isEqualTo("{\"stream\":\"clicks\",\"entity\":\"abc\",\"measure\":\"clicks\",\"step\":\"hour\","
                        + "\"from\":\"2026-03-01T10:00:00Z\",\"to\":\"2026-03-01T13:00:00Z\",\"total\":7,\"buckets\":["
                        + "{\"at\":\"2026-03-01T10:00:00Z\",\"value\":0},{\"at\":\"2026-03-01T11:00:00Z\",\"value\":7},"
                        + "{\"at\":\"2026-03-01T12:00:00Z\",\"value\":0}]}");
    }

    @ParameterizedTest
    @CsvSource({"'', 'text/csv, */*;q=0.1'", "&format=csv, application/json"})
    void aSeriesIsATableWhereOneIsAskedFor(String parameter, String accept) {
        HttpResponse response =
                send(SERIES + "?" + MORNING + parameter, "Accept", accept).join();

        assertThat(response.entity().getContentType().toString()).isEqualTo("text/csv; charset=UTF-8");
        assertThat(body(response))
                .isEqualTo(
                        "at,value\r\n2026-03-01T10:00:00Z,0\r\n2026-03-01T11:00:00Z,7\r\n2026-03-01T12:00:00Z,0\r\n");
    }

    private static byte[] sketch(String... values) {
        HllSketch sketch = new HllSketch(12, TgtHllType.HLL_4);
        for (String value : values) {
            sketch.update(value);
        }
        return sketch.toCompactByteArray();
    }

    /** Who came in two hours counts once in the total. */
    @Test
    void differentValuesAreToldWithTheirBounds() {
        String path = "/api/v1/counters/numbers/7/series?measure=uniques&from=2026-03-01T10:00:00Z"
                + "&to=2026-03-01T13:00:00Z";

        assertThat(body(send(path).join()))
                .contains(
                        "\"total\":{\"estimate\":4,\"lower\":4,\"upper\":5}",
                        "{\"at\":\"2026-03-01T10:00:00Z\",\"estimate\":2,\"lower\":2,\"upper\":3}",
                        "{\"at\":\"2026-03-01T11:00:00Z\",\"estimate\":0,\"lower\":0,\"upper\":0}");
        assertThat(asked.getFirst()).startsWith("numbers uniques:visitor 7 HOUR");
        assertThat(body(send(path + "&format=csv").join()))
                .startsWith("at,estimate,lower,upper\r\n2026-03-01T10:00:00Z,2,2,3\r\n");
        assertThat(body(send("/api/v1/top/numbers?measure=uniques").join()))
                .contains("\"field\":\"measure\"", "sorted");
    }

    @Test
    void edgesAreThoseOfTheBucketsThatHoldThem() {
        send(SERIES + "?measure=usage&step=day&from=2026-03-01T10:00:00.5%2B01:00&to=2026-03-02T00:00:01Z")
                .join();

        assertThat(asked).containsExactly("clicks usage abc DAY 2026-03-01T00:00:00Z 2026-03-03T00:00:00Z");
    }

    @Test
    void withoutParametersASeriesIsTheLastBucketsOfTheFinestStep() {
        Instant before = Instant.now();
        send(SERIES).join();

        String[] words = asked.getFirst().split(" ", -1);
        assertThat(words[3]).isEqualTo("HOUR");
        assertThat(Instant.parse(words[5])).isBetween(before, before.plus(Duration.ofHours(2)));
        assertThat(Duration.between(Instant.parse(words[4]), Instant.parse(words[5])))
                .isEqualTo(Duration.ofDays(1));
    }

    @ParameterizedTest
    @CsvSource({
        "step=minute, step",
        "step=week, step",
        "measure=views, measure",
        "measure=uniques, measure",
        "from=yesterday, from",
        "to=now, to",
        "from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z, from",
        "from=2026-03-01T00:00:00Z&to=2026-03-06T00:00:00Z, from",
        "to=%2B10000-01-01T00:00:00Z, to",
        "from=-999999999-01-01T00:00:00Z, from",
        "until=2026-03-01T00:00:00Z, until",
        "format=xml, format"
    })
    void aParameterAtFaultIsNamed(String query, String field) {
        assertRefused(SERIES + "?" + query, field);
        assertThat(asked).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "limit=0, limit",
        "limit=51, limit",
        "step=day, step",
        "measure=views, measure",
        "from=2020-01-01T00:00:00Z&to=2026-01-01T00:00:00Z, from",
        "from=0001-01-01T00:00:00Z&to=9999-12-31T00:00:00Z, from",
        "from=2026-03-01T01:00:00Z&to=2026-07-01T00:00:00Z, from"
    })
    void aParameterOfTheGreatestAtFaultIsNamed(String query, String field) {
        assertRefused(TOP + "?" + query, field);
    }

    private void assertRefused(String question, String field) {
        HttpResponse response = send(question).join();
        assertThat(response.status().intValue()).isEqualTo(400);
        assertThat(body(response)).contains("\"field\":\"" + field + "\"");
    }

    @ParameterizedTest
    @CsvSource({"/api/v1/counters/numbers/7/series, step=hour", "/api/v1/top/numbers, limit=3"})
    void whatIsNoLongerKeptIsRefused(String path, String query) {
        HttpResponse response = send(path + "?" + query + "&from=1000-01-01T00:00:00Z&to=1000-01-01T05:00:00Z")
                .join();

        assertThat(response.status().intValue()).isEqualTo(400);
        assertThat(body(response)).contains("\"field\":\"from\"", "from when on buckets of a hour are kept");
    }

    @Test
    void theGreatestAreAskedForInFewBuckets() {
        greatest = () -> List.of(
                new RankedEntity("a,\"b\"", new BigDecimal("12")), new RankedEntity("c", new BigDecimal("1E+1")));
        String query = TOP + "?limit=2&from=2026-03-01T23:10:00Z&to=2026-03-03T00:00:00Z";

        assertThat(body(send(query).join()))
                .isEqualTo("{\"stream\":\"clicks\",\"measure\":\"clicks\",\"from\":\"2026-03-01T23:00:00Z\","
                        + "\"to\":\"2026-03-03T00:00:00Z\",\"entities\":[{\"entity\":\"a,\\\"b\\\"\",\"value\":12},"
                        + "{\"entity\":\"c\",\"value\":10}]}");
        assertThat(asked)
                .containsExactly(
                        "clicks clicks 2",
                        "HOUR 2026-03-01T23:00:00Z 2026-03-02T00:00:00Z",
                        "DAY 2026-03-02T00:00:00Z 2026-03-03T00:00:00Z");
        assertThat(body(send(query + "&format=csv").join()))
                .isEqualTo("entity,value\r\n\"a,\"\"b\"\"\",12\r\nc,10\r\n");
    }

    @ParameterizedTest
    @CsvSource({
        "/api/v1/counters/clicks/a%2Fb%20c/series, a/b c",
        "/api/v1/counters/clicks/series/series, series",
        "/api/v1/counters/numbers/7/series, 7"
    })
    void anEntityIsOneSegment(String path, String entity) {
        assertThat(send(path).join().status().intValue()).isEqualTo(200);
        assertThat(asked.getFirst()).contains(" " + entity + " HOUR");
    }

    @ParameterizedTest
    @CsvSource({
        "/api/v1/counters/rivers/a/series, 404, there is no stream rivers",
        "/api/v1/counters/views/a/series, 404, 'write rollups = '",
        "/api/v1/top/rivers, 404, there is no stream rivers",
        "/api/v1/top/views, 404, 'write rollups = '",
        "/api/v1/counters/numbers/seven/series, 400, number"
    })
    void whatCanNotBeAskedIsSaid(String path, int status, String words) {
        HttpResponse response = send(path).join();

        assertThat(response.status().intValue()).isEqualTo(status);
        assertThat(body(response)).contains(words);
    }

    @Test
    void whatWouldWaitTooLongIsRefused() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        greatest = () -> {
            try {
                release.await();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
            return List.of();
        };
        CompletableFuture<HttpResponse> first = send(TOP);
        await().until(() -> executor.getActiveCount() == 1);
        CompletableFuture<HttpResponse> second = send(TOP);

        HttpResponse third = send(TOP).join();

        assertThat(third.status().intValue()).isEqualTo(503);
        assertThat(third.getHeader("Retry-After")).isPresent();
        assertThat(unanswered("full")).isEqualTo(1);
        release.countDown();
        assertThat(first.join().status().intValue()).isEqualTo(200);
        assertThat(second.join().status().intValue()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({"TOO_SLOW, too_slow, false, ask for a shorter range", "UNAVAILABLE, unavailable, true, on purpose"})
    void aQuestionWithoutAnAnswerIs503(QueryFailure.Reason reason, String tag, boolean retry, String words) {
        greatest = () -> {
            throw new QueryFailure(reason, "on purpose", new IllegalStateException());
        };

        HttpResponse response = send(TOP).join();

        assertThat(response.status().intValue()).isEqualTo(503);
        assertThat(response.getHeader("Retry-After").isPresent()).isEqualTo(retry);
        assertThat(body(response)).contains(words);
        assertThat(unanswered(tag)).isEqualTo(1);
    }

    private double unanswered(String reason) {
        return meters.get("weir.query.unanswered")
                .tag("kind", "top")
                .tag("reason", reason)
                .counter()
                .count();
    }
}
