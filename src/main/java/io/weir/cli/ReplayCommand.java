package io.weir.cli;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code weir replay}: applies what Redis still retains and the database does not have. */
@Command(
        name = "replay",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Applies retained events again that the database does not have, for example after it was restored.",
            "",
            "Only keyed events of streams that keep keys can be told apart from what was applied; of other streams it"
                    + " says what is committed, and changes nothing. Running it again counts nothing twice.",
            ""
        },
        footer = {
            "",
            "Example:",
            "  weir replay --stream page-views --from 2026-03-01T10:00:00Z --to 2026-03-01T10:15:00Z --dry-run"
        })
public final class ReplayCommand extends AdminCommand {
    private static final List<String> COUNTS =
            List.of("entries", "events", "known", "missing", "appended", "unkeyed", "deadLetters", "beyondCursor");
    private static final long WAIT_MILLIS = 500;

    @Option(names = "--stream", required = true, paramLabel = "NAME", description = "The stream.")
    private String stream = "";

    @Option(
            names = "--from",
            required = true,
            paramLabel = "TIME",
            description = "When Redis took the first of them, as 2026-03-01T10:00:00Z or in milliseconds since 1970.")
    private String from = "";

    @Option(names = "--to", required = true, paramLabel = "TIME", description = "The end; what came then is left out.")
    private String to = "";

    @Option(names = "--dry-run", description = "Say what would be done, and do nothing.")
    private boolean dryRun;

    @Override
    void run(AdminClient client, PrintWriter out) throws AdminClient.Failed, InterruptedException {
        Map<String, Long> totals = new LinkedHashMap<>();
        Map<String, String> trimmed = new LinkedHashMap<>();
        String partition = "0";
        String until = to;
        @Nullable String after = null;
        while (true) {
            Map<String, @Nullable String> query = new LinkedHashMap<>();
            query.put("from", from);
            query.put("to", until);
            query.put("dry-run", Boolean.toString(dryRun));
            query.put("partition", partition);
            query.put("after", after);
            AdminAnswer slice = AdminAnswer.parse(client.send(
                    "POST",
                    "/api/admin/streams/" + AdminClient.segment(stream) + "/replay" + AdminClient.query(query),
                    null));
            for (String count : COUNTS) {
                totals.merge(count, slice.number(count), Long::sum);
            }
            String gone = slice.text("trimmedBefore");
            if (gone != null) {
                trimmed.putIfAbsent(partition, gone);
            }
            if (slice.isTrue("done")) {
                report(out, slice.isTrue("keyed"), totals, trimmed);
                return;
            }
            String waiting = slice.text("waiting");
            out.printf(
                    Locale.ROOT,
                    "partition %s: %,d entries, %,d events so far%s%n",
                    partition,
                    totals.getOrDefault("entries", 0L),
                    totals.getOrDefault("events", 0L),
                    waiting == null ? "" : "; waiting: " + waiting);
            out.flush();
            until = String.valueOf(slice.text("to"));
            partition = Long.toString(slice.number("nextPartition"));
            after = slice.text("after");
            if (waiting != null) {
                Thread.sleep(WAIT_MILLIS);
            }
        }
    }

    private void report(PrintWriter out, boolean keyed, Map<String, Long> totals, Map<String, String> trimmed) {
        trimmed.forEach((partition, first) -> out.printf(
                "partition %s: what stood in the range before entry %s is trimmed and can't be replayed%n",
                partition, first));
        long entries = totals.getOrDefault("entries", 0L);
        long events = totals.getOrDefault("events", 0L);
        if (keyed) {
            out.printf(
                    Locale.ROOT,
                    "%,d entries, %,d events: %,d known, %,d missing, %,d %s; %,d without a key and %,d dead letters"
                            + " left alone%n",
                    entries,
                    events,
                    totals.getOrDefault("known", 0L),
                    totals.getOrDefault("missing", 0L),
                    dryRun ? totals.getOrDefault("missing", 0L) : totals.getOrDefault("appended", 0L),
                    dryRun ? "to append" : "appended",
                    totals.getOrDefault("unkeyed", 0L),
                    totals.getOrDefault("deadLetters", 0L));
        } else {
            out.printf(
                    Locale.ROOT,
                    "%,d entries, %,d events, already committed; stream %s keeps no keys, so nothing is applied"
                            + " again%n",
                    entries,
                    events,
                    stream);
        }
        long beyond = totals.getOrDefault("beyondCursor", 0L);
        if (beyond > 0) {
            out.printf(Locale.ROOT, "%,d events are not committed yet and will be applied anyway%n", beyond);
        }
    }
}
