package io.weir;

import io.weir.cli.WeirCommand;
import io.weir.testkit.NoServers;
import java.io.PrintWriter;
import java.io.StringWriter;
import picocli.CommandLine;

/** Commands that ask a running Weir, in this process; their output is no terminal. */
final class WeirCommandLine {
    record Outcome(int exitCode, String out, String err) {}

    private WeirCommandLine() {}

    static Outcome run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = run(new PrintWriter(out), new PrintWriter(err), arguments);
        return new Outcome(exitCode, out.toString(), err.toString());
    }

    /** The exit code of one whose output can be looked at while it runs. */
    static int run(PrintWriter out, PrintWriter err, String... arguments) {
        CommandLine command = WeirCommand.create(new NoServers()).setOut(out).setErr(err);
        return command.execute(arguments);
    }
}
