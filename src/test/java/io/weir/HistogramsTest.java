package io.weir;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.testkit.PostgresForTests;
import io.weir.testkit.RedisForTests;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server whose latencies are not sorted into buckets. */
class HistogramsTest {
    private static final Pattern BUCKET = Pattern.compile("(?m)^weir_\\w+_bucket\\{.*$");
    private static final Pattern SUMMARY = Pattern.compile("(?m)^# TYPE weir_\\w+_seconds summary$");
    private static final Pattern HISTOGRAM = Pattern.compile("(?m)^# TYPE weir_\\w+_seconds histogram$");

    @Test
    void withoutHistogramsLatenciesKeepTheirCountSumAndMaximum(@TempDir Path home) throws Exception {
        String with = pageAfterAClick(home, Map.of());
        String without = pageAfterAClick(home, Map.of("weir.metrics.histograms", "off"));

        assertThat(BUCKET.matcher(with).results().count()).isGreaterThan(100);
        assertThat(BUCKET.matcher(without).results().map(MatchResult::group)).isEmpty();
        assertThat(SUMMARY.matcher(without).results().count())
                .isEqualTo(HISTOGRAM.matcher(with).results().count());
        assertThat(without)
                .contains("weir_store_transaction_seconds_count{stream=\"link-clicks\"} 1")
                .contains("weir_store_transaction_seconds_sum{stream=\"link-clicks\"} ")
                .contains("weir_store_transaction_seconds_max{stream=\"link-clicks\"} ");
    }

    private static String pageAfterAClick(Path home, Map<String, Object> settings) throws Exception {
        DefinitionHome.write(
                home,
                "weir.streams.link-clicks {\nredis-key = \"" + RedisForTests.freshPrefix() + "clicks\"\n"
                        + DefinitionHome.LINK_CLICKS + "}");
        try (RunningWeir weir = RunningWeir.start(
                home, RedisForTests.url(), PostgresForTests.freshDatabase().url(), settings)) {
            assertThat(weir.post("/api/v1/clicks?wait=committed", RunningWeir.JSON, "{\"linkId\":\"a\"}")
                            .statusCode())
                    .isEqualTo(200);
            return weir.get("/metrics").body();
        }
    }
}
