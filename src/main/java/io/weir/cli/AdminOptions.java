package io.weir.cli;

import java.io.PrintWriter;
import java.net.URI;
import java.time.Duration;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The options of every command that asks a running Weir; to be mixed in. */
final class AdminOptions {
    /** What a command does with a client. */
    interface Work {
        void run(AdminClient client, PrintWriter out) throws AdminClient.Failed, InterruptedException;
    }

    @Option(names = "--url", paramLabel = "URL", description = "Where Weir is; default ${DEFAULT-VALUE}.")
    private URI url = URI.create("http://127.0.0.1:8085");

    @Option(
            names = "--token",
            paramLabel = "TOKEN",
            description = "The server's administrative token; default the environment's WEIR_ADMIN_TOKEN, which other"
                    + " users of this machine can't read off the process list.")
    private @Nullable String token;

    @Option(
            names = "--timeout-seconds",
            paramLabel = "N",
            description = "How long to wait for an answer; default ${DEFAULT-VALUE}.")
    private int timeoutSeconds = 30;

    /** Runs it and answers the exit code: 0, or that of a failure with one line of what went wrong. */
    int run(CommandSpec spec, Work work, IntSupplier failed) throws InterruptedException {
        String scheme = url.getScheme();
        if (url.getHost() == null || !("http".equals(scheme) || "https".equals(scheme))) {
            throw new ParameterException(spec.commandLine(), "--url must be like http://127.0.0.1:8085, is " + url);
        }
        if (timeoutSeconds < 1) {
            throw new ParameterException(
                    spec.commandLine(), "--timeout-seconds must be at least 1, is " + timeoutSeconds);
        }
        PrintWriter out = spec.commandLine().getOut();
        try (AdminClient client = new AdminClient(url, token(), Duration.ofSeconds(timeoutSeconds))) {
            work.run(client, out);
            return 0;
        } catch (AdminClient.Failed failure) {
            spec.commandLine().getErr().println("weir: " + failure.getMessage());
            spec.commandLine().getErr().flush();
            return failed.getAsInt();
        } finally {
            out.flush();
        }
    }

    private @Nullable String token() {
        String known = token == null ? System.getenv("WEIR_ADMIN_TOKEN") : token;
        return known == null || known.isBlank() ? null : known.strip();
    }
}
