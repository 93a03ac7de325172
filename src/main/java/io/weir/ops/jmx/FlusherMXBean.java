package io.weir.ops.jmx;

/** What writes a partition's windows. */
@Says("Writes the windows of one partition that runs in this process, one transaction at a time. Figures are since the"
        + " partition began here, and not more exact than the counters in the database, which are the truth.")
public interface FlusherMXBean {
    @Says("Windows that were committed since the partition began in this process.")
    long getWindows();

    @Says("Events in those windows: applied, known before or dead letters.")
    long getEvents();

    @Says("Attempts that are to be repeated: conflicts, and while the database is away.")
    long getRetries();

    @Says("Closed windows that are not committed, with the one being written: at most two. The window being filled is"
            + " none of them.")
    int getWaitingWindows();

    @Says("Events of the window that was committed last; 0 before the first.")
    int getLastWindowEvents();

    @Says("How long the window that was committed last took from its first attempt on, in milliseconds, with what it"
            + " waited for the database. Not how long its events waited in it.")
    long getLastWriteMillis();

    @Says("When that was, in milliseconds since 1970 by this machine's clock; 0 before the first.")
    long getLastCommitAtMillis();

    @Says("Whether the window being written waits for the database to come back. False does not mean that the database"
            + " answers: nothing may have been written for a while.")
    boolean isDatabaseAway();

    @Says("Closes the window being filled and answers once all that was read is committed, also while the partition is"
            + " paused. What is in Redis and was not read yet is not among it. Fails when that takes longer than"
            + " jmx.operation-timeout; it is committed all the same.")
    String flushNow();
}
