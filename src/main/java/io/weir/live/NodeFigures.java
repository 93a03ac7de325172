package io.weir.live;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a node tells of itself: counts since it started, and how it is.
 *
 * @param node where other nodes reach it, as {@code host:port}
 * @param at when it was asked, in milliseconds since 1970 by its own clock, for rates
 * @param redis whether it reaches Redis; null before it has looked
 * @param database whether it reaches the database; null before it has looked
 * @param alerts what is past its limit there, a JSON array
 * @param partitions those that run there; of more than {@link #MAX_PARTITIONS} some that nothing is wrong with are left out
 */
public record NodeFigures(
        String node,
        long at,
        @Nullable Boolean redis,
        @Nullable Boolean database,
        String alerts,
        List<Stream> streams,
        List<Partition> partitions)
        implements WireMessage {
    /** What surely fits into a message between nodes, of 256 KiB at most, with a trouble each. */
    public static final int MAX_PARTITIONS = 500;

    /** Of a trouble's text. */
    private static final int MAX_TROUBLE = 200;

    /**
     * What it did for a stream.
     *
     * @param accepted events that it took
     * @param committed events that a transaction of its partitions is done with
     * @param depth events that wait in its partitions
     * @param flushes transactions, which took {@code flushMillis} together
     * @param lagMillis how long the oldest event of its partitions has waited
     */
    public record Stream(
            String stream,
            long accepted,
            long committed,
            long depth,
            long flushes,
            double flushMillis,
            long lagMillis) {}

    /**
     * How a partition is.
     *
     * @param uncommitted events that it has read and not committed
     * @param stopped whether it waits for a person
     * @param trouble why its last start did not succeed; null when nothing is known to be wrong
     */
    public record Partition(
            String stream,
            int partition,
            long uncommitted,
            boolean stopped,
            boolean paused,
            @Nullable String trouble) {
        public Partition {
            if (trouble != null && trouble.length() > MAX_TROUBLE) {
                trouble = trouble.substring(0, MAX_TROUBLE) + "…";
            }
        }
    }
}
