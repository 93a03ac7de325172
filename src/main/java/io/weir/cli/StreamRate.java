package io.weir.cli;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a stream did on all nodes between two snapshots, and how it was at the second.
 *
 * @param lagMillis how long the oldest uncommitted event has waited
 * @param flushMillis the mean time of a transaction; 0 where there was none
 */
record StreamRate(
        String stream,
        double acceptedPerSecond,
        double committedPerSecond,
        long depth,
        long maxDepth,
        long lagMillis,
        double flushMillis) {
    private static final Comparator<StreamRate> BUSIEST_FIRST = Comparator.comparingDouble(
                    StreamRate::committedPerSecond)
            .thenComparingLong(StreamRate::depth)
            .reversed()
            .thenComparing(StreamRate::stream);

    /**
     * The busiest first. A stream that the first snapshot does not have is left out, and so is what a node did that only one
     * of them tells of: how long that took nobody knows.
     */
    static List<StreamRate> between(AdminAnswer first, AdminAnswer second) throws AdminClient.Failed {
        Map<String, Map<String, AdminAnswer>> before = new HashMap<>();
        for (AdminAnswer stream : first.objects("streams")) {
            Map<String, AdminAnswer> nodes = new HashMap<>();
            stream.objects("nodes").forEach(node -> nodes.put(node.textOrEmpty("node"), node));
            before.put(stream.textOrEmpty("stream"), nodes);
        }
        List<StreamRate> rates = new ArrayList<>();
        for (AdminAnswer now : second.objects("streams")) {
            Map<String, AdminAnswer> then = before.get(now.textOrEmpty("stream"));
            if (then != null) {
                rates.add(between(then, now));
            }
        }
        rates.sort(BUSIEST_FIRST);
        return rates;
    }

    private static StreamRate between(Map<String, AdminAnswer> before, AdminAnswer stream) throws AdminClient.Failed {
        double accepted = 0;
        double committed = 0;
        long flushes = 0;
        double flushMillis = 0;
        for (AdminAnswer now : stream.objects("nodes")) {
            AdminAnswer then = before.get(now.textOrEmpty("node"));
            // by the node's own clock: that of the others does not matter
            double seconds = then == null ? 0 : (now.number("at") - then.number("at")) / 1e3;
            if (then != null && seconds > 0) {
                accepted += grown(then, now, "accepted") / seconds;
                committed += grown(then, now, "committed") / seconds;
                flushes += grown(then, now, "flushes");
                flushMillis += Math.max(0, now.decimal("flushMillis") - then.decimal("flushMillis"));
            }
        }
        return new StreamRate(
                stream.textOrEmpty("stream"),
                accepted,
                committed,
                stream.number("depth"),
                stream.number("maxDepth"),
                stream.number("lagMillis"),
                flushes == 0 ? 0 : flushMillis / flushes);
    }

    /** Half full: at twice this depth clients are refused. */
    boolean isFilling() {
        return maxDepth > 0 && depth >= maxDepth / 2;
    }

    String toJson() {
        return String.format(
                Locale.ROOT,
                "{\"stream\":\"%s\",\"acceptedPerSecond\":%.1f,\"committedPerSecond\":%.1f,\"depth\":%d,"
                        + "\"lagMillis\":%d,\"flushMillis\":%.2f}",
                new String(JsonStringEncoder.getInstance().quoteAsString(stream)),
                acceptedPerSecond,
                committedPerSecond,
                depth,
                lagMillis,
                flushMillis);
    }

    /** Not below zero: a server that was started in between counts from the beginning. */
    private static long grown(AdminAnswer then, AdminAnswer now, String name) throws AdminClient.Failed {
        return Math.max(0, now.number(name) - then.number(name));
    }
}
