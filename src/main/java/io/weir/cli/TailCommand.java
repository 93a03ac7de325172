package io.weir.cli;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weir tail}: a stream's events as they are accepted. */
@Command(
        name = "tail",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Prints a stream's events as they are accepted, from now on, whichever node takes them. Looking on takes"
                    + " nothing from anybody and holds up nobody.",
            "",
            "On a terminal each is a line with its time, its partition, its entity and as much of the event as there"
                    + " is room for; with --json, and where the output is no terminal, a line of JSON. It ends with"
                    + " Ctrl-C, after --limit events, and when nobody reads what it prints; it does not connect anew.",
            ""
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:It printed as many events as --limit says, or nobody reads on.",
            "2:Weir can't be reached, refuses to tell or has ended; or wrong usage."
        })
public final class TailCommand extends AdminCommand {
    private static final int FAILED = 2;
    private static final int BAD_REQUEST = 400;
    private static final int NOT_FOUND = 404;

    @Mixin
    private final DisplayOptions display = new DisplayOptions();

    @Parameters(paramLabel = "STREAM", description = "The stream, by the name of its definition.")
    private String stream = "";

    @Option(names = "--entity", paramLabel = "E", description = "Only the events that count for this entity.")
    private @Nullable String entity;

    @Option(names = "--limit", paramLabel = "N", description = "End after so many events.")
    private @Nullable Long limit;

    @Override
    void check() {
        if (limit != null && limit < 1) {
            throw usage("--limit must be at least 1, is " + limit);
        }
    }

    @Override
    int exitCodeOfFailure() {
        return FAILED;
    }

    @Override
    void run(AdminClient client, PrintWriter out) throws AdminClient.Failed, InterruptedException {
        UnaryOperator<String> form = display.isJson() ? UnaryOperator.identity() : new TailLine(width())::of;
        try (Feed feed = open(client)) {
            long left = limit == null ? Long.MAX_VALUE : limit;
            while (left > 0) {
                Feed.Message message = feed.nextMessage();
                if (message == null) {
                    return;
                }
                switch (message.name()) {
                    case "message" -> {
                        out.println(form.apply(message.data()));
                        // which flushes, too
                        if (out.checkError()) {
                            return;
                        }
                        left--;
                    }
                    case "started" -> note("following " + stream);
                    case "skipped" -> note(skipped(AdminAnswer.parse(message.data())));
                    case "unavailable" ->
                        note(AdminAnswer.parse(message.data()).textOrEmpty("detail") + "; looking on");
                    default -> {}
                }
            }
        }
    }

    private Feed open(AdminClient client) throws AdminClient.Failed, InterruptedException {
        Map<String, @Nullable String> parameters = new LinkedHashMap<>();
        parameters.put("entity", entity);
        try {
            return client.open(
                    "/api/admin/streams/" + AdminClient.segment(stream) + "/tail" + AdminClient.query(parameters));
        } catch (AdminClient.Failed refused) {
            String option =
                    refused.status() == NOT_FOUND ? " (STREAM)" : refused.status() == BAD_REQUEST ? " (--entity)" : "";
            throw new AdminClient.Failed(refused.getMessage() + option, refused.status());
        }
    }

    private static String skipped(AdminAnswer skipped) throws AdminClient.Failed {
        return "too many to tell all: skipped " + skipped.number("entries") + " entries and " + skipped.number("events")
                + " events more of partition " + skipped.textOrEmpty("partition");
    }

    /** What goes elsewhere is cut by nobody. */
    private int width() {
        return display.isLive() ? Screen.width() : Integer.MAX_VALUE;
    }
}
