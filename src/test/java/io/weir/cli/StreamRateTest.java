package io.weir.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class StreamRateTest {
    private static AdminAnswer snapshot(long at, String... streams) throws AdminClient.Failed {
        return AdminAnswer.parse("{\"at\":" + at + ",\"streams\":[" + String.join(",", streams) + "]}");
    }

    private static String stream(String name, long accepted, long committed, long flushes, long flushMillis) {
        return "{\"stream\":\"" + name + "\",\"accepted\":" + accepted + ",\"committed\":" + committed
                + ",\"depth\":6,\"maxDepth\":10,\"flushes\":" + flushes + ",\"flushMillis\":" + flushMillis
                + ",\"lagMillis\":40}";
    }

    @Test
    void ratesAreWhatGrewInTheTimeBetweenAndTheBusiestComesFirst() throws Exception {
        List<StreamRate> rates = StreamRate.between(
                snapshot(1_000, stream("a", 10, 10, 1, 5), stream("b", 0, 0, 0, 0)),
                snapshot(3_000, stream("a", 14, 12, 1, 5), stream("b", 100, 80, 4, 10), stream("new", 1, 1, 1, 1)));
        assertThat(rates)
                .containsExactly(new StreamRate("b", 50, 40, 6, 10, 40, 2.5), new StreamRate("a", 2, 1, 6, 10, 40, 0));
        assertThat(rates.getFirst().isFilling()).isTrue();
    }

    @Test
    void aServerThatWasStartedAnewHasNoRateBelowZero() throws Exception {
        List<StreamRate> rates = StreamRate.between(
                snapshot(1_000, stream("a", 10, 10, 5, 5)), snapshot(2_000, stream("a", 1, 1, 1, 1)));
        assertThat(rates).containsExactly(new StreamRate("a", 0, 0, 6, 10, 40, 0));
    }

    @Test
    void theJsonIsOneLine() {
        assertThat(new StreamRate("a", 50, 1.25, 6, 10, 40, 2.5).toJson())
                .isEqualTo("{\"stream\":\"a\",\"acceptedPerSecond\":50.0,\"committedPerSecond\":1.3,\"depth\":6,"
                        + "\"lagMillis\":40,\"flushMillis\":2.50}");
    }
}
