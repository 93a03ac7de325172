package io.weir.cli;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a stream did between two snapshots of a node, and how it was at the second.
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

    /** The busiest first. A stream that the first snapshot does not have is left out. */
    static List<StreamRate> between(AdminAnswer first, AdminAnswer second) throws AdminClient.Failed {
        double seconds = (second.number("at") - first.number("at")) / 1e3;
        Map<String, AdminAnswer> before = new HashMap<>();
        first.objects("streams").forEach(stream -> before.put(stream.textOrEmpty("stream"), stream));
        List<StreamRate> rates = new ArrayList<>();
        for (AdminAnswer now : second.objects("streams")) {
            AdminAnswer then = before.get(now.textOrEmpty("stream"));
            if (then != null) {
                rates.add(between(then, now, seconds));
            }
        }
        rates.sort(BUSIEST_FIRST);
        return rates;
    }

    private static StreamRate between(AdminAnswer then, AdminAnswer now, double seconds) throws AdminClient.Failed {
        long flushes = grown(then, now, "flushes");
        return new StreamRate(
                now.textOrEmpty("stream"),
                seconds <= 0 ? 0 : grown(then, now, "accepted") / seconds,
                seconds <= 0 ? 0 : grown(then, now, "committed") / seconds,
                now.number("depth"),
                now.number("maxDepth"),
                now.number("lagMillis"),
                flushes == 0 ? 0 : (now.decimal("flushMillis") - then.decimal("flushMillis")) / flushes);
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
