package io.weir.log;

import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.api.StatefulRedisConnection;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The way to a slot of a cluster: the link to the master that has it, as far as is known. */
final class SlotRoute implements RedisRoute {
    private final int slot;
    private final RedisCluster cluster;
    private volatile @Nullable RedisLink node;

    SlotRoute(int slot, RedisCluster cluster) {
        this.slot = slot;
        this.cluster = cluster;
    }

    int slot() {
        return slot;
    }

    /** The master's link; null when none is known. */
    @Nullable
    RedisLink node() {
        return node;
    }

    void moveTo(@Nullable RedisLink link) {
        node = link;
    }

    @Override
    public @Nullable StatefulRedisConnection<byte[], byte[]> current() {
        RedisLink now = node;
        return now == null ? null : now.current();
    }

    @Override
    public boolean isInUse(StatefulRedisConnection<byte[], byte[]> connection) {
        return cluster.isInUse(connection);
    }

    @Override
    public void drop(StatefulRedisConnection<byte[], byte[]> connection, String why) {
        cluster.drop(connection, why);
    }

    @Override
    public boolean redirected(String error) {
        return cluster.redirected(this, error);
    }

    @Override
    public CompletableFuture<StatefulRedisConnection<byte[], byte[]>> dedicated() {
        RedisLink now = node;
        return now == null
                ? CompletableFuture.failedFuture(
                        new RedisConnectionException("no node of the cluster is known to have slot " + slot))
                : now.dedicated();
    }
}
