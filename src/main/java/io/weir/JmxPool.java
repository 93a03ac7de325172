package io.weir;

import io.weir.ops.jmx.PoolMXBean;
import io.weir.store.Database;
import io.weir.store.PoolState;

/** The database's pool by JMX. */
record JmxPool(Database database) implements PoolMXBean {
    private PoolState state() {
        return database.poolState();
    }

    @Override
    public int getActiveConnections() {
        return state().active();
    }

    @Override
    public int getIdleConnections() {
        return state().idle();
    }

    @Override
    public int getTotalConnections() {
        return state().total();
    }

    @Override
    public int getThreadsAwaitingConnection() {
        return state().waitingThreads();
    }

    @Override
    public int getMaximumConnections() {
        return state().maximum();
    }

    @Override
    public void restart() {
        database.replaceConnections();
    }
}
