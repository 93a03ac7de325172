package io.weir.ops.jmx;

/** A partition that runs in this process. */
@Says("One partition of a stream, while it runs in this process: the bean is gone when another node takes it over."
        + " Figures are what this process knows at the moment; the cursor's row in the database is the truth.")
public interface PartitionMXBean {
    @Says("STARTING, RUNNING, PAUSED or STOPPED (it waits for a person, see Trouble). RUNNING does not promise that"
            + " anything is being committed: the database may be away, see the flusher.")
    String getState();

    @Says("Why it is STOPPED or starts again and again; empty when nothing is known to be wrong.")
    String getTrouble();

    @Says("The epoch of the incarnation that began last; 0 before the first. Another node may have begun a later one"
            + " that this one has not met yet.")
    long getEpoch();

    @Says("How often its actors were started since it began in this process.")
    int getIncarnations();

    @Says("Those of its starts for which neither the database, Redis, a successor nor an operator was the reason.")
    int getCrashes();

    @Says("The last entry that this process knows to be committed; 0-0 for none.")
    String getCursor();

    @Says("Windows that are committed, with those of all earlier incarnations.")
    long getCommittedWindows();

    @Says("Events that are accepted and not committed, as far as this process knows: what others append is counted when"
            + " it is seen; -1 until it was counted. GET /api/admin/ledger asks Redis instead.")
    long getDepth();

    @Says("Events of the depth that were read and are not committed: of the window being filled and those being"
            + " written.")
    long getReadEvents();

    @Says("How long the oldest event that was read has waited, in milliseconds, by the clocks of Redis and of this"
            + " machine; 0 when none was read that waits. While paused, unread events wait longer than it says.")
    long getOldestReadMillis();

    @Says("Stops reading. What was read is committed as usual; what comes is accepted and waits in Redis, so the depth"
            + " grows up to max-depth, and then the door answers 503. Counts and ?wait=committed of later events wait,"
            + " too. Ends with resume, restart, any failure of the partition, a move to another node and the end of the"
            + " process: nothing remembers it.")
    String pause();

    @Says("Reads on from where it paused. Does nothing when it was not paused.")
    String resume();

    @Says("Closes the window being filled and answers once all that was read is committed. What is in Redis and was not"
            + " read yet is not among it.")
    String flushNow();

    @Says("Ends its actors; new ones begin at the cursor under a new epoch, after weir.pipeline.min-backoff or more."
            + " Answers before that. What was read and not committed is read again; nothing is lost or counted twice."
            + " A STOPPED partition looks again at once.")
    String restart();
}
