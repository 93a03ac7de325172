package io.weir.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class HealthTest {
    private final AtomicInteger checks = new AtomicInteger();
    private final AtomicLong nanos = new AtomicLong();
    private CompletableFuture<Boolean> database = CompletableFuture.completedFuture(true);
    private CompletableFuture<Boolean> redis = CompletableFuture.completedFuture(true);
    private List<String> stopped = List.of();
    private List<String> paused = List.of();

    @Test
    void everythingHealthyIsHealthy() throws Exception {
        HealthReport report = report(health());

        assertThat(report.isHealthy()).isTrue();
        assertThat(report.toJson())
                .isEqualTo("{\"status\":\"healthy\",\"database\":\"healthy\",\"redis\":\"healthy\",\"queue_depth\":12,"
                        + "\"queue_pending\":5}");
    }

    @Test
    void aPartThatSaysNoIsUnhealthy() throws Exception {
        database = CompletableFuture.completedFuture(false);

        assertThat(report(health()).toJson())
                .startsWith("{\"status\":\"unhealthy\",\"database\":\"unhealthy\",\"redis\":\"healthy\",");
    }

    @Test
    void aPartThatFailsIsUnhealthy() throws Exception {
        redis = CompletableFuture.failedFuture(new IllegalStateException("away"));

        assertThat(report(health())).extracting("database", "redis").containsExactly(true, false);
    }

    @Test
    void aPartThatThrowsIsUnhealthy() throws Exception {
        Health health = new Health(
                () -> {
                    throw new IllegalStateException("closed");
                },
                () -> redis,
                () -> 0,
                () -> 0,
                List::of,
                List::of);

        assertThat(report(health)).extracting("database", "redis").containsExactly(false, true);
    }

    @Test
    void partsWithoutAnAnswerAreUnhealthyWithoutOne() throws Exception {
        database = new CompletableFuture<>();
        redis = new CompletableFuture<>();

        HealthReport report = health().report().toCompletableFuture().get(10, TimeUnit.SECONDS);

        assertThat(report).extracting("database", "redis").containsExactly(false, false);
        assertThat(database).as("the part's own stage").isNotDone();
    }

    @Test
    void aStoppedPartitionIsNamedAndUnhealthy() throws Exception {
        stopped = List.of("clicks/0: table \"links\" is missing");

        assertThat(report(health()).toJson())
                .startsWith("{\"status\":\"unhealthy\",\"database\":\"healthy\",")
                .endsWith(",\"stopped\":[\"clicks/0: table \\\"links\\\" is missing\"]}");
    }

    @Test
    void aPausedPartitionIsNamedAndHealthy() throws Exception {
        paused = List.of("clicks/0");

        assertThat(report(health()).toJson())
                .startsWith("{\"status\":\"healthy\",")
                .endsWith(",\"paused\":[\"clicks/0\"]}");
    }

    @Test
    void probesShareOneCheckForAQuarterOfASecond() throws Exception {
        Health health = health();
        for (int i = 0; i < 100; i++) {
            report(health);
        }
        assertThat(checks).hasValue(1);

        nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(250));
        report(health);
        assertThat(checks).hasValue(2);
    }

    @Test
    void probesShareACheckThatIsUnderWay() {
        database = new CompletableFuture<>();
        Health health = health();
        var first = health.report().toCompletableFuture();
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
        var second = health.report().toCompletableFuture();
        database.complete(true);

        assertThat(first.join()).isSameAs(second.join());
        assertThat(checks).hasValue(1);
    }

    private Health health() {
        return new Health(
                () -> {
                    checks.incrementAndGet();
                    return database;
                },
                () -> redis,
                () -> 12,
                () -> 5,
                () -> stopped,
                () -> paused,
                nanos::get);
    }

    private static HealthReport report(Health health) throws Exception {
        return health.report().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }
}
