package io.weir.log;

import java.util.concurrent.CompletableFuture;

/** The Redis that the log is in, whichever form it has. */
interface RedisServers extends AutoCloseable {
    /** Begins to connect, and goes on until it is closed. Completes after the first attempt, whatever its outcome. */
    CompletableFuture<Void> connect();

    /** Where the commands of a key go; asked once per key that is used often. */
    RedisRoute route(String key);

    /** Whether an append has a chance at this moment. */
    boolean isConnected();

    /** Completes with true when all that is needed answers in time; never fails. */
    CompletableFuture<Boolean> isReachable();

    @Override
    void close();
}
