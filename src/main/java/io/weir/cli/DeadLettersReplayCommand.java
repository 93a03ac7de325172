package io.weir.cli;

import java.io.PrintWriter;
import picocli.CommandLine.Command;

/** {@code weir dead-letters replay}. */
@Command(
        name = "replay",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Sends dead letters through the log again; each is applied once, however often it is replayed.",
            "Names letters, or filters the open ones of a stream."
        })
final class DeadLettersReplayCommand extends DeadLettersChangeCommand {
    DeadLettersReplayCommand() {
        super("replay");
    }

    @Override
    void print(AdminAnswer answer, PrintWriter out) {
        out.println("replayed: " + answer.textOrEmpty("replayed"));
        for (AdminAnswer refused : answer.objects("refused")) {
            String field = refused.textOrEmpty("field");
            out.println("not replayed: " + refused.textOrEmpty("id") + ": " + (field.isEmpty() ? "" : field + ": ")
                    + refused.textOrEmpty("detail"));
        }
    }
}
