package io.weir.cli;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code weir backfill}: brings a counter that was added to a definition later to its true value. */
@Command(
        name = "backfill",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Brings a counter's column that was added to a definition later to its true value, beside live traffic.",
            "",
            "From rows it is set to the aggregate over the stream's rows. From the log, what Redis still retains of the"
                    + " time before is added, once. What can't be exact is refused. Running it again changes nothing.",
            ""
        },
        footer = {"", "Example:", "  weir backfill --stream page-views --counter pages.bytes --from-rows"})
public final class BackfillCommand extends AdminCommand {
    @Option(names = "--stream", required = true, paramLabel = "NAME", description = "The stream.")
    private String stream = "";

    @Option(
            names = "--counter",
            required = true,
            paramLabel = "TABLE.COLUMN",
            description = "The counter's column; without the table where only one has this name.")
    private String counter = "";

    @ArgGroup(exclusive = true, multiplicity = "1")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Source source;

    /** Where the true value comes from. */
    static final class Source {
        @Option(names = "--from-rows", description = "From the stream's rows, all of which must be there.")
        @SuppressWarnings("UnusedVariable") // what is not from the log
        private boolean rows;

        @Option(names = "--from-log", description = "From what Redis retains.")
        private boolean log;
    }

    @Option(
            names = "--rows-are-complete",
            description = "The rows are what is to be counted, though their number differs from the events committed.")
    private boolean rowsAreComplete;

    @Override
    void run(AdminClient client, PrintWriter out) throws AdminClient.Failed, InterruptedException {
        Map<String, @Nullable String> query = new LinkedHashMap<>();
        query.put("counter", counter);
        query.put("source", source.log ? "log" : "rows");
        query.put("rows-are-complete", rowsAreComplete ? "true" : null);
        AdminAnswer answer = AdminAnswer.parse(client.send(
                "POST",
                "/api/admin/streams/" + AdminClient.segment(stream) + "/backfill" + AdminClient.query(query),
                null));
        if (!source.log) {
            out.printf(
                    Locale.ROOT,
                    "%s: %,d rows of %s, %,d entities, %,d of them changed%n",
                    counter,
                    answer.number("rows"),
                    answer.text("table"),
                    answer.number("entities"),
                    answer.number("changed"));
            return;
        }
        out.printf(
                Locale.ROOT,
                "%s: %,d events of %,d entities added%n",
                counter,
                answer.number("events"),
                answer.number("entities"));
        if (answer.number("partitionsDoneBefore") > 0) {
            out.printf("%d partitions had been backfilled before%n", answer.number("partitionsDoneBefore"));
        }
        String from = answer.text("completeFrom");
        if (from != null) {
            out.printf("the log is complete from entry %s on; what came before is not counted%n", from);
        }
    }
}
