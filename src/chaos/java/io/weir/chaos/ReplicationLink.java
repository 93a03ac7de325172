package io.weir.chaos;

import io.weir.bench.RedisClient;
import io.weir.testkit.FaultProxy;

/** What a replica reads its primary through, so that it can be made to lag. */
final class ReplicationLink implements AutoCloseable {
    private static final long UP_NANOS = 20_000_000_000L;

    private final FaultProxy proxy;

    private ReplicationLink(FaultProxy proxy) {
        this.proxy = proxy;
    }

    static ReplicationLink to(int primaryPort) {
        return new ReplicationLink(new FaultProxy(primaryPort));
    }

    int port() {
        return proxy.port();
    }

    /** From now on the replica hears nothing. */
    void hold() {
        proxy.hold(true);
    }

    /** Waits until a Redis replica has what its primary has. */
    void awaitUp(RedisClient replica) throws InterruptedException {
        long deadline = System.nanoTime() + UP_NANOS;
        while (!replica.call("INFO", "replication").contains("master_link_status:up")) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("the replica does not follow: " + replica.call("INFO", "replication"));
            }
            Thread.sleep(50);
        }
    }

    @Override
    public void close() {
        // first cut, then let go: what was held back must not arrive
        proxy.cut();
        proxy.close();
    }
}
