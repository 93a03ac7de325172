package io.weir.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class StreamRateTest {
    private static AdminAnswer snapshot(String... streams) throws AdminClient.Failed {
        return AdminAnswer.parse("{\"streams\":[" + String.join(",", streams) + "]}");
    }

    private static String stream(String name, String... nodes) {
        return "{\"stream\":\"" + name + "\",\"depth\":6,\"maxDepth\":10,\"lagMillis\":40,\"nodes\":["
                + String.join(",", nodes) + "]}";
    }

    private static String node(String name, long at, long accepted, long committed, long flushes, long flushMillis) {
        return "{\"node\":\"" + name + "\",\"at\":" + at + ",\"accepted\":" + accepted + ",\"committed\":" + committed
                + ",\"flushes\":" + flushes + ",\"flushMillis\":" + flushMillis + "}";
    }

    @Test
    void ratesAreWhatGrewInTheTimeBetweenAndTheBusiestComesFirst() throws Exception {
        List<StreamRate> rates = StreamRate.between(
                snapshot(stream("a", node("x", 1_000, 10, 10, 1, 5)), stream("b", node("x", 1_000, 0, 0, 0, 0))),
                snapshot(
                        stream("a", node("x", 3_000, 14, 12, 1, 5)),
                        stream("b", node("x", 3_000, 100, 80, 4, 10)),
                        stream("new", node("x", 3_000, 1, 1, 1, 1))));
        assertThat(rates)
                .containsExactly(new StreamRate("b", 50, 40, 6, 10, 40, 2.5), new StreamRate("a", 2, 1, 6, 10, 40, 0));
        assertThat(rates.getFirst().isFilling()).isTrue();
    }

    @Test
    void theRatesOfAllNodesAreAddedEachByItsOwnClock() throws Exception {
        List<StreamRate> rates = StreamRate.between(
                snapshot(stream("a", node("x", 1_000, 10, 0, 0, 0), node("y", 500_000, 70, 70, 1, 1))),
                snapshot(stream("a", node("y", 500_500, 71, 72, 3, 9), node("x", 3_000, 30, 0, 0, 0))));
        assertThat(rates).containsExactly(new StreamRate("a", 12, 4, 6, 10, 40, 4));
    }

    /** And its counts are no burst of this moment. */
    @Test
    void aNodeThatOnlyOneSnapshotTellsOfHasNoRate() throws Exception {
        String x = node("x", 1_000, 10, 10, 1, 1);
        String later = node("x", 2_000, 12, 11, 1, 1);
        String y = node("y", 1_000, 500, 500, 50, 50);
        StreamRate expected = new StreamRate("a", 2, 1, 6, 10, 40, 0);
        assertThat(StreamRate.between(snapshot(stream("a", x)), snapshot(stream("a", later, y))))
                .containsExactly(expected);
        assertThat(StreamRate.between(snapshot(stream("a", x, y)), snapshot(stream("a", later))))
                .containsExactly(expected);
    }

    @Test
    void aServerThatWasStartedAnewHasNoRateBelowZero() throws Exception {
        List<StreamRate> rates = StreamRate.between(
                snapshot(stream("a", node("x", 1_000, 10, 10, 5, 5))),
                snapshot(stream("a", node("x", 2_000, 1, 1, 1, 1))));
        assertThat(rates).containsExactly(new StreamRate("a", 0, 0, 6, 10, 40, 0));
    }

    @Test
    void theJsonIsOneLine() {
        assertThat(new StreamRate("a", 50, 1.25, 6, 10, 40, 2.5).toJson())
                .isEqualTo("{\"stream\":\"a\",\"acceptedPerSecond\":50.0,\"committedPerSecond\":1.3,\"depth\":6,"
                        + "\"lagMillis\":40,\"flushMillis\":2.50}");
    }
}
