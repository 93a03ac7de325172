package io.weir.ops.jmx;

/** The pool of connections to PostgreSQL. */
@Says("The pool of connections to PostgreSQL that all partitions and queries of this process share. Figures are of the"
        + " moment in which each is read; together they need not add up.")
public interface PoolMXBean {
    @Says("Connections that somebody works with. Says nothing of how long they have been held.")
    int getActiveConnections();

    @Says("Connections that nobody works with. Not a promise that they still work: that is found out when one is"
            + " taken.")
    int getIdleConnections();

    @Says("Connections, active and idle.")
    int getTotalConnections();

    @Says("Threads that wait for a connection.")
    int getThreadsAwaitingConnection();

    @Says("The most connections there may be: store.pool-size.")
    int getMaximumConnections();

    @Says("Has every connection replaced: idle ones now, active ones when they are given back. No transaction is ended."
            + " For after a failover of PostgreSQL or a change of what its users may do.")
    void restart();
}
