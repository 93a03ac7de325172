package io.weir.testkit;

import io.weir.cli.ServerLauncher;

/** For commands that start none. */
public final class NoServers implements ServerLauncher {
    @Override
    public int up() {
        throw new UnsupportedOperationException();
    }

    @Override
    public int serve() {
        throw new UnsupportedOperationException();
    }
}
