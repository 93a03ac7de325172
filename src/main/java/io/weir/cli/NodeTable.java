package io.weir.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;

/** The nodes of a cluster, as Weir tells of them. */
final class NodeTable {
    private static final String UP = "Up";

    private NodeTable() {}

    /** Those that are up and have not answered, whose figures are missing wherever there is a sum. */
    static List<String> silent(AdminAnswer told) {
        List<String> nodes = new ArrayList<>();
        for (AdminAnswer node : told.objects("nodes")) {
            if (node.textOrEmpty("status").equals(UP) && !node.isTrue("answers")) {
                nodes.add(TextTable.plain(node.textOrEmpty("node")));
            }
        }
        return nodes;
    }

    /** What is said of them. */
    static String missing(List<String> silent) {
        return "without the figures of " + String.join(", ", silent) + ", which " + (silent.size() == 1 ? "does" : "do")
                + " not answer";
    }

    /** Whether a node is up and answers, and reaches what it needs, and all that runs there goes on. */
    static boolean isHealthy(AdminAnswer node) {
        if (!node.isTrue("answers")) {
            // one that comes or goes is no fault
            return !node.textOrEmpty("status").equals(UP);
        }
        return !"false".equals(node.text("redis"))
                && !"false".equals(node.text("database"))
                && node.texts("stopped").isEmpty();
    }

    /** The first line is the heading. */
    static List<String> lines(List<AdminAnswer> nodes, UnaryOperator<String> bad) throws AdminClient.Failed {
        TextTable table =
                new TextTable("NODE", "STATUS", "PARTITIONS", "ACCEPTED", "COMMITTED", "DEPTH").numbersFrom(2);
        for (AdminAnswer node : nodes) {
            boolean answers = node.isTrue("answers");
            table.add(
                    isHealthy(node) ? UnaryOperator.identity() : bad,
                    node.textOrEmpty("node"),
                    answers ? state(node) : "no answer",
                    count(node, answers, "partitions"),
                    count(node, answers, "accepted"),
                    count(node, answers, "committed"),
                    count(node, answers, "depth"));
        }
        return table.lines();
    }

    private static String state(AdminAnswer node) {
        return isHealthy(node) ? node.textOrEmpty("status").toLowerCase(Locale.ROOT) : "unhealthy";
    }

    private static String count(AdminAnswer node, boolean answers, String name) throws AdminClient.Failed {
        return answers ? String.format(Locale.ROOT, "%,d", node.number(name)) : "-";
    }
}
