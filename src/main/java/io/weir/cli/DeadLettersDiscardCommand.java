package io.weir.cli;

import java.io.PrintWriter;
import picocli.CommandLine.Command;

/** {@code weir dead-letters discard}. */
@Command(
        name = "discard",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Puts dead letters aside; they are kept and not applied.",
            "Names letters, or filters the open ones of a stream."
        })
final class DeadLettersDiscardCommand extends DeadLettersChangeCommand {
    DeadLettersDiscardCommand() {
        super("discard");
    }

    @Override
    void print(AdminAnswer answer, PrintWriter out) {
        out.println("discarded: " + answer.textOrEmpty("discarded"));
    }
}
