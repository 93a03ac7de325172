package io.weir.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code weir status}: asks a running Weir how it is. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Says how a running Weir is: its database and Redis, its nodes, what became of each stream's events,"
                    + " alerts.",
            ""
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:It is healthy, on all its nodes.",
            "1:It is not: a part of it is away, or a node does not answer, or a partition is stopped.",
            "2:Nobody could say: it can't be reached or refuses to tell; or wrong usage."
        })
public final class StatusCommand extends AdminCommand {
    private static final int UNHEALTHY = 1;
    private static final int UNKNOWN = 2;

    @Mixin
    private final DisplayOptions display = new DisplayOptions();

    private int failed = UNKNOWN;

    @Override
    int exitCodeOfFailure() {
        return failed;
    }

    @Override
    void run(AdminClient client, PrintWriter out) throws AdminClient.Failed, InterruptedException {
        String healthJson = client.getWhateverHealth("/health");
        AdminAnswer health = AdminAnswer.parse(healthJson);
        boolean isHealthy = health.textOrEmpty("status").equals("healthy");
        if (!display.isJson()) {
            // first, for the rest can't be told while the database is away
            print(health, out);
        }
        String alertsJson = client.get("/api/admin/alerts");
        String nodesJson = client.get("/api/admin/nodes");
        List<AdminAnswer> nodes = AdminAnswer.parse(nodesJson).objects("nodes");
        String ledgerJson = ledger(client, isHealthy);
        if (display.isJson()) {
            out.println("{\"health\":" + healthJson + ",\"nodes\":" + nodesJson + ",\"ledger\":" + ledgerJson
                    + ",\"alerts\":" + alertsJson + "}");
        } else {
            printNodes(nodes, out);
            if (ledgerJson == null) {
                out.println(display.bad("what became of the events can't be told at this moment"));
            } else {
                printStreams(AdminAnswer.parse(ledgerJson), out);
            }
            printAlerts(nodes, out);
        }
        if (!isHealthy) {
            failed = UNHEALTHY;
            throw new AdminClient.Failed("Weir is not healthy");
        }
        List<String> unhealthy = nodes.stream()
                .filter(node -> !NodeTable.isHealthy(node))
                .map(node -> TextTable.plain(node.textOrEmpty("node")))
                .toList();
        if (!unhealthy.isEmpty()) {
            failed = UNHEALTHY;
            throw new AdminClient.Failed("Weir is not healthy on " + String.join(", ", unhealthy));
        }
    }

    /** Null where an unhealthy one can't tell. */
    private static @Nullable String ledger(AdminClient client, boolean isHealthy)
            throws AdminClient.Failed, InterruptedException {
        try {
            return client.get("/api/admin/ledger");
        } catch (AdminClient.Failed unavailable) {
            if (isHealthy) {
                throw unavailable;
            }
            return null;
        }
    }

    private void print(AdminAnswer health, PrintWriter out) {
        for (String part : List.of("status", "database", "redis")) {
            String state = TextTable.plain(health.textOrEmpty(part));
            out.printf("%-10s%s%n", part, state.equals("healthy") ? display.good(state) : display.bad(state));
        }
        out.println();
    }

    /** One that is alone is told of by what is above. */
    private void printNodes(List<AdminAnswer> nodes, PrintWriter out) throws AdminClient.Failed {
        for (AdminAnswer node : nodes) {
            for (String stopped : node.texts("stopped")) {
                out.println("stopped   " + display.bad(TextTable.plain(stopped)));
            }
            for (String paused : node.texts("paused")) {
                out.println("paused    " + TextTable.plain(paused));
            }
        }
        if (nodes.size() > 1) {
            print(NodeTable.lines(nodes, display::bad), out);
            out.println();
        }
    }

    private void print(List<String> table, PrintWriter out) {
        out.println(display.heading(table.getFirst()));
        table.stream().skip(1).forEach(out::println);
    }

    private void printStreams(AdminAnswer ledger, PrintWriter out) throws AdminClient.Failed {
        TextTable table = new TextTable(
                        "STREAM",
                        "LEDGER",
                        "PARTITIONS",
                        "ACCEPTED",
                        "COMMITTED",
                        "DEDUPLICATED",
                        "FILTERED",
                        "DEAD LETTERS",
                        "DEPTH")
                .numbersFrom(2);
        for (AdminAnswer stream : ledger.objects("streams")) {
            boolean isBalanced = stream.isTrue("balanced");
            UnaryOperator<String> style = isBalanced ? UnaryOperator.identity() : display::bad;
            table.add(
                    style,
                    stream.textOrEmpty("stream"),
                    isBalanced ? "balanced" : "MISSING",
                    Integer.toString(stream.objects("partitions").size()),
                    count(stream, "accepted"),
                    count(stream, "committed"),
                    count(stream, "deduplicated"),
                    count(stream, "filtered"),
                    count(stream, "deadLettered"),
                    count(stream, "depth"));
        }
        print(table.lines(), out);
    }

    private void printAlerts(List<AdminAnswer> nodes, PrintWriter out) {
        out.println();
        boolean none = true;
        for (AdminAnswer node : nodes) {
            String where = nodes.size() > 1 ? " on " + node.textOrEmpty("node") : "";
            for (AdminAnswer alert : node.objects("alerts")) {
                none = false;
                out.println(display.bad(TextTable.plain("alert" + where + " " + alert.textOrEmpty("message"))));
            }
        }
        if (none) {
            out.println("no alerts");
        }
    }

    private static String count(AdminAnswer stream, String name) throws AdminClient.Failed {
        return String.format(Locale.ROOT, "%,d", stream.number(name));
    }
}
