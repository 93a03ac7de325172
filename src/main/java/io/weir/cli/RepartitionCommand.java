package io.weir.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weir repartition}: gives a stream another number of partitions. */
@Command(
        name = "repartition",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Gives a stream another number of partitions while Weir runs.",
            "",
            "Every event is counted once all the same, and an entity's events stay in order. Counts are answered"
                    + " a little later until the partitions of before are drained.",
            ""
        },
        footer = {"", "Example:", "  weir repartition session-events 8"})
public final class RepartitionCommand extends AdminCommand {
    private static final long PAUSE_MILLIS = 500;

    @Parameters(index = "0", paramLabel = "STREAM", description = "The stream.")
    private String stream = "";

    @Parameters(index = "1", paramLabel = "PARTITIONS", description = "How many it is to have, 1 to 256.")
    private int partitions;

    @Option(names = "--no-wait", description = "Begin, and don't wait for the end.")
    private boolean noWait;

    @Option(
            names = "--within",
            paramLabel = "DURATION",
            defaultValue = "PT10M",
            description = "How long to wait for the end, as PT10M; the change goes on without who waits for it.")
    private Duration within = Duration.ZERO;

    @Override
    void run(AdminClient client, PrintWriter out) throws AdminClient.Failed, InterruptedException {
        String path = "/api/admin/streams/" + AdminClient.segment(stream) + "/partitions";
        AdminAnswer answer = AdminAnswer.parse(
                client.send("POST", path + AdminClient.query(Map.of("partitions", partitions)), null));
        long deadlineNanos = System.nanoTime() + within.toNanos();
        while (answer.textOrEmpty("state").equals("changing")) {
            if (noWait) {
                out.printf(Locale.ROOT, "%s changes to %d partitions%n", stream, partitions);
                return;
            }
            if (System.nanoTime() > deadlineNanos) {
                throw new AdminClient.Failed(
                        stream + " still changes; a partition that can't be drained is named by /health");
            }
            Thread.sleep(PAUSE_MILLIS);
            answer = AdminAnswer.parse(client.get(path));
        }
        out.printf(Locale.ROOT, "%s has %d partitions%n", stream, answer.number("partitions"));
        if (answer.number("stated") != partitions) {
            out.printf(
                    Locale.ROOT,
                    "its file in conf/streams states %d; say %d there, too: the next change of that file decides%n",
                    answer.number("stated"),
                    partitions);
        }
    }
}
