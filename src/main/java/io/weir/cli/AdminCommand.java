package io.weir.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A command that asks a running Weir. */
abstract class AdminCommand implements Callable<Integer> {
    @Mixin
    private final AdminOptions admin = new AdminOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public final Integer call() throws InterruptedException {
        check();
        return admin.run(spec, this::run, this::exitCodeOfFailure);
    }

    /** Refuses wrong usage, with {@link #usage}. */
    void check() {}

    /** The exit code of one whose {@link #run} failed. */
    int exitCodeOfFailure() {
        return 1;
    }

    abstract void run(AdminClient client, PrintWriter out) throws AdminClient.Failed, InterruptedException;

    /** Says something that is none of what the command prints. */
    final void note(String message) {
        spec.commandLine().getErr().println("weir: " + message);
        spec.commandLine().getErr().flush();
    }

    /** What ends the command with exit code 2. */
    final ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
