package io.weir.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code weir keys}: the keys that clients show. */
@Command(
        name = "keys",
        mixinStandardHelpOptions = true,
        subcommands = KeysCreateCommand.class,
        description = "The keys that clients show to send events.")
final class KeysCommand implements Runnable {
    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public void run() {
        if (spec != null) {
            throw new ParameterException(spec.commandLine(), "which command?");
        }
    }
}
