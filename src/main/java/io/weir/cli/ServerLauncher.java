package io.weir.cli;

/** Runs the service for the commands that ask for it. Each method returns when it has stopped, with the exit code. */
public interface ServerLauncher {
    /** Against Redis and PostgreSQL servers of its own. */
    int up();

    /** Against the servers that the settings name. */
    int serve();
}
