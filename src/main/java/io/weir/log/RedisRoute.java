package io.weir.log;

import io.lettuce.core.api.StatefulRedisConnection;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Where the commands of one key go: to the one server, or to the node of a cluster that has the key's slot. */
interface RedisRoute {
    /** The connection that all who write share; null while there is none. */
    @Nullable
    StatefulRedisConnection<byte[], byte[]> current();

    /** Whether a connection is still in use, though perhaps no longer for this key. */
    boolean isInUse(StatefulRedisConnection<byte[], byte[]> connection);

    /** Gives up a connection that does not answer, for a new one. */
    void drop(StatefulRedisConnection<byte[], byte[]> connection, String why);

    /**
     * Told the error that answered a command.
     *
     * @return whether the command was not executed because another node has the key, or soon will; the next one goes there
     */
    boolean redirected(String error);

    /** Opens a connection for one reader alone, which closes it. */
    CompletableFuture<StatefulRedisConnection<byte[], byte[]>> dedicated();
}
