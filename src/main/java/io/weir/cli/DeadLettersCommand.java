package io.weir.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code weir dead-letters}: events that could not be applied, and what to do about them. */
@Command(
        name = "dead-letters",
        mixinStandardHelpOptions = true,
        description = "Lists, shows, mends, replays and discards events that could not be applied.",
        subcommands = {
            DeadLettersListCommand.class,
            DeadLettersShowCommand.class,
            DeadLettersEditCommand.class,
            DeadLettersReplayCommand.class,
            DeadLettersDiscardCommand.class
        },
        footer = {
            "",
            "Examples:",
            "  weir dead-letters list --stream link-clicks --reason constraint",
            "  weir dead-letters show 17",
            "  weir dead-letters edit 17 --content '{\"linkId\":\"a\"}' && weir dead-letters replay 17",
            "  weir dead-letters replay --stream link-clicks --reason no-row",
            "",
            "Exit codes: 0 done; 1 not done, the message says why; 2 wrong usage."
        })
final class DeadLettersCommand implements Runnable {
    static final String PATH = "/api/admin/dead-letters";

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public void run() {
        if (spec != null) {
            throw new ParameterException(
                    spec.commandLine(), "which command? list, show, edit, replay or discard; --help says more");
        }
    }
}
