package io.weir.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code weir up}. */
@Command(
        name = "up",
        mixinStandardHelpOptions = true,
        description = "Starts Redis, PostgreSQL and Weir in one go; data stays in data/ between starts.",
        footer = {
            "",
            "Environment (port 0 means any free one):",
            "  WEIR_HTTP_PORT   8085",
            "  WEIR_REDIS_PORT  8086",
            "  WEIR_PG_PORT     8087",
            "  WEIR_DATA_DIR    data",
            "",
            "Ctrl-C or SIGTERM commits what was accepted, then stops everything it started."
        })
public final class UpCommand implements Callable<Integer> {
    private final ServerLauncher launcher;

    public UpCommand(ServerLauncher launcher) {
        this.launcher = launcher;
    }

    @Override
    public Integer call() {
        return launcher.up();
    }
}
