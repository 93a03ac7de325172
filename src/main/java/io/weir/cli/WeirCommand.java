package io.weir.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code weir}: the root of the commands. */
@Command(
        name = "weir",
        mixinStandardHelpOptions = true,
        description = "Takes events over HTTP and lands them in PostgreSQL as exact counters and rows.")
public final class WeirCommand implements Runnable {
    @Spec
    private @Nullable CommandSpec spec;

    private WeirCommand() {}

    /** The command line with every command on it. */
    public static CommandLine create(ServerLauncher launcher) {
        return new CommandLine(new WeirCommand())
                .addSubcommand(new UpCommand(launcher))
                .addSubcommand(new ServeCommand(launcher))
                .addSubcommand(new StatusCommand())
                .addSubcommand(new TopCommand())
                .addSubcommand(new TailCommand())
                .addSubcommand(new ImportCommand())
                .addSubcommand(new DeadLettersCommand())
                .addSubcommand(new VerifyCommand())
                .addSubcommand(new ReplayCommand())
                .addSubcommand(new BackfillCommand())
                .addSubcommand(new RecountCommand())
                .addSubcommand(new RepartitionCommand())
                .addSubcommand(new KeysCommand())
                .addSubcommand(new CompletionCommand());
    }

    @Override
    public void run() {
        if (spec != null) {
            throw new ParameterException(spec.commandLine(), "which command?");
        }
    }
}
