package io.weir.cli;

import java.io.PrintWriter;
import java.util.Collections;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code weir verify}: asks a running Weir whether every accepted event is accounted for. */
@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Checks that every accepted event is accounted for.",
            "",
            "Prints what became of the accepted events of each stream, compares Redis' own count of entries with what"
                    + " is committed, and compares counters with the raw rows of the same events, entity by entity."
                    + " Weir goes on taking and writing events meanwhile.",
            ""
        },
        footer = {"", "Exit codes: 0 all is accounted for; 1 something is not, or nobody could say; 2 wrong usage."})
public final class VerifyCommand extends AdminCommand {
    @Option(names = "--stream", paramLabel = "NAME", description = "This stream only.")
    private @Nullable String stream;

    @Option(
            names = "--acknowledge",
            description = "First take what is missing in Redis as known, and compare from here on.")
    private boolean acknowledge;

    @Override
    void run(AdminClient client, PrintWriter out) throws AdminClient.Failed, InterruptedException {
        String query = AdminClient.query(Collections.singletonMap("stream", stream));
        AdminAnswer answer;
        try {
            if (acknowledge) {
                client.send("POST", "/api/admin/ledger/baseline" + query, null);
            }
            answer = AdminAnswer.parse(client.get("/api/admin/verify" + query));
        } catch (AdminClient.Failed failure) {
            if (String.valueOf(failure.getMessage()).startsWith("404: there is no stream")) {
                throw usage("there is no stream " + stream);
            }
            throw failure;
        }
        out.print(answer.textOrEmpty("report"));
        if (!answer.isTrue("good")) {
            String problem = answer.text("problem");
            throw new AdminClient.Failed(
                    problem == null ? "not everything is accounted for; what is not stands above" : problem);
        }
        out.println("everything is accounted for");
    }
}
