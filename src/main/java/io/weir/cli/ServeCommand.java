package io.weir.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code weir serve}. */
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        description = "Runs Weir against your own Redis and PostgreSQL; this is production.",
        footer = {
            "",
            "Environment:",
            "  REDIS_URL        redis://[:password@]host:port[/db] or rediss://…",
            "                   (or REDIS_HOST, REDIS_PORT, REDIS_PASSWORD, REDIS_TLS)",
            "  DATABASE_URL     postgres://user:password@host:port/database or jdbc:postgresql:…",
            "  WEIR_HTTP_HOST   127.0.0.1",
            "  WEIR_HTTP_PORT   8085",
            "",
            "Example:",
            "  REDIS_URL=redis://cache:6379 DATABASE_URL=postgres://app:secret@db:5432/app weir serve"
        })
public final class ServeCommand implements Callable<Integer> {
    private final ServerLauncher launcher;

    public ServeCommand(ServerLauncher launcher) {
        this.launcher = launcher;
    }

    @Override
    public Integer call() {
        return launcher.serve();
    }
}
