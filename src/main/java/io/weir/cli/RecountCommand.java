package io.weir.cli;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weir recount}: applies a changed rule of what is counted to the events that are stored. */
@Command(
        name = "recount",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Sets a stream's counters to what its definition now says of the rows that are stored, beside live"
                    + " traffic.",
            "",
            "For example after \"where { is_bot = false }\" was added to a counter, which applies to new events at"
                + " once. All columns change in one transaction, or none does. What can't be exact is refused. Running"
                + " it again changes nothing.",
            ""
        },
        footer = {"", "Example:", "  weir recount redirect-clicks --counter short_links"})
public final class RecountCommand extends AdminCommand {
    @Parameters(paramLabel = "STREAM", description = "The stream.")
    private String stream = "";

    @Option(
            names = "--counter",
            paramLabel = "TABLE[.COLUMN]",
            description = "Only the counters in this table, or this column of it.")
    private @Nullable String counter;

    @Option(
            names = "--rows-are-complete",
            description = "The rows are what is to be counted, though their number differs from the events committed.")
    private boolean rowsAreComplete;

    @Override
    void run(AdminClient client, PrintWriter out) throws AdminClient.Failed, InterruptedException {
        Map<String, @Nullable String> query = new LinkedHashMap<>();
        query.put("counter", counter);
        query.put("rows-are-complete", rowsAreComplete ? "true" : null);
        AdminAnswer answer = AdminAnswer.parse(client.send(
                "POST",
                "/api/admin/streams/" + AdminClient.segment(stream) + "/recount" + AdminClient.query(query),
                null));
        for (AdminAnswer column : answer.objects("counters")) {
            out.printf(
                    Locale.ROOT,
                    "%s: %,d rows of %s, %,d entities, %,d of them changed%n",
                    column.textOrEmpty("counter"),
                    column.number("rows"),
                    column.textOrEmpty("table"),
                    column.number("entities"),
                    column.number("changed"));
        }
    }
}
