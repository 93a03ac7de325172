package io.weir.ops.jmx;

/** A stream of which partitions run in this process. */
@Says("A stream, as far as its partitions run in this process. Operations are done to each of those, one after the"
        + " other: when one fails the others are done all the same. Other nodes' partitions are not touched.")
public interface StreamMXBean {
    @Says("Those of its partitions that run in this process.")
    int[] getPartitions();

    @Says("Those of them that are paused.")
    int[] getPausedPartitions();

    @Says("Accepted and uncommitted events of the partitions that run in this process, as far as it knows.")
    long getDepth();

    @Says("The depth of the whole stream, over all nodes, from which on events are refused.")
    long getMaxDepth();

    @Says("Pauses each partition of the stream that runs in this process. One that moves here later is not paused.")
    String[] pause();

    @Says("Has each of them read on.")
    String[] resume();

    @Says("Has each of them commit what it has read.")
    String[] flushNow();

    @Says("Has each of them start anew.")
    String[] restart();
}
