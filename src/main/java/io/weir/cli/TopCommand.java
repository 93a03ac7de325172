package io.weir.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weir top}: what each stream does now, the busiest first. */
@Command(
        name = "top",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Shows how many events a second each stream takes and commits on all nodes, how many wait and for how long,"
                    + " and how long a transaction takes; the busiest first.",
            "",
            "On a terminal it is drawn anew each second until q or Ctrl-C. With --json, and where the output is no"
                    + " terminal, it prints one line, or as many as --count says.",
            ""
        })
public final class TopCommand extends AdminCommand {
    private static final String FEED = "/api/admin/live";

    @Mixin
    private final DisplayOptions display = new DisplayOptions();

    @Parameters(arity = "0..1", paramLabel = "STREAM", description = "This stream only.")
    private @Nullable String stream;

    @Option(names = "--once", description = "Look once; the same as --count 1.")
    private boolean once;

    @Option(names = "--count", paramLabel = "N", description = "Look so many times.")
    private @Nullable Integer count;

    @Override
    void check() {
        if (count != null && count < 1) {
            throw usage("--count must be at least 1, is " + count);
        }
        if (once && count != null) {
            throw usage("--once and --count are not for the same run");
        }
    }

    @Override
    void run(AdminClient client, PrintWriter out) throws AdminClient.Failed, InterruptedException {
        boolean isEndless = count == null && !once && display.isLive();
        long looks = isEndless ? Long.MAX_VALUE : count == null ? 1 : count;
        try (Feed feed = client.open(FEED)) {
            AdminAnswer last = next(feed);
            if (last == null) {
                return;
            }
            checkStream(last);
            if (isEndless) {
                try (Screen screen = Screen.open(out, feed::close)) {
                    follow(feed, last, looks, (rates, silent) -> screen.draw(table(rates, silent)));
                }
            } else {
                follow(feed, last, looks, (rates, silent) -> print(rates, silent, out));
            }
        }
    }

    private interface Shown {
        void show(List<StreamRate> rates, List<String> silent);
    }

    private void follow(Feed feed, AdminAnswer first, long looks, Shown shown) throws AdminClient.Failed {
        AdminAnswer last = first;
        for (long look = 0; look < looks; look++) {
            AdminAnswer now = next(feed);
            if (now == null) {
                return;
            }
            List<StreamRate> rates = new ArrayList<>(StreamRate.between(last, now));
            rates.removeIf(rate -> stream != null && !rate.stream().equals(stream));
            shown.show(rates, NodeTable.silent(now));
            last = now;
        }
    }

    private static @Nullable AdminAnswer next(Feed feed) throws AdminClient.Failed {
        String data = feed.next();
        return data == null ? null : AdminAnswer.parse(data);
    }

    private void checkStream(AdminAnswer snapshot) throws AdminClient.Failed {
        List<String> known = snapshot.objects("streams").stream()
                .map(one -> one.textOrEmpty("stream"))
                .sorted()
                .toList();
        if (stream != null && !known.contains(stream)) {
            throw new AdminClient.Failed(
                    "there is no stream " + stream + " (STREAM); there are " + String.join(", ", known));
        }
    }

    private void print(List<StreamRate> rates, List<String> silent, PrintWriter out) {
        if (display.isJson()) {
            if (!silent.isEmpty()) {
                note(NodeTable.missing(silent));
            }
            out.println(rates.stream().map(StreamRate::toJson).collect(Collectors.joining(",", "[", "]")));
        } else {
            table(rates, silent).forEach(out::println);
        }
        out.flush();
    }

    private List<String> table(List<StreamRate> rates, List<String> silent) {
        TextTable table = new TextTable("STREAM", "COMMITTED/S", "ACCEPTED/S", "DEPTH", "LAG", "FLUSH").numbersFrom(1);
        for (StreamRate rate : rates) {
            UnaryOperator<String> style = rate.isFilling() ? display::bad : UnaryOperator.identity();
            table.add(
                    style,
                    rate.stream(),
                    number("%,.1f", rate.committedPerSecond()),
                    number("%,.1f", rate.acceptedPerSecond()),
                    number("%,d", rate.depth()),
                    rate.lagMillis() == 0 ? "-" : number("%,d ms", rate.lagMillis()),
                    rate.flushMillis() == 0 ? "-" : number("%,.1f ms", rate.flushMillis()));
        }
        List<String> lines = new ArrayList<>(table.lines());
        lines.set(0, display.heading(lines.getFirst()));
        if (!silent.isEmpty()) {
            // above, for a terminal may have no room for all streams
            lines.addFirst(display.bad(NodeTable.missing(silent)));
        }
        return lines;
    }

    private static String number(String format, Object value) {
        return String.format(Locale.ROOT, format, value);
    }
}
