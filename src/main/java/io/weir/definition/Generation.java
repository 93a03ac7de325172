package io.weir.definition;

import java.util.List;
import java.util.stream.IntStream;

/**
 * The partitions that a stream has, or had, between two changes of their number.
 *
 * @param number 0 for those that it began with, then one more with each change
 * @param partitions how many there are
 * @param active whether what they hold may be applied: everything that earlier ones held before is
 */
public record Generation(int number, int partitions, boolean active) {
    /** So many partition numbers belong to each generation: partition 1002 is the third one of generation 1. */
    public static final int SIZE = 1_000;

    /** The generation of a partition. */
    public static int of(int partition) {
        return partition / SIZE;
    }

    /** The partition of this generation whose hash gives this remainder. */
    public int partition(int index) {
        return number * SIZE + index;
    }

    /** All of its partitions. */
    public List<Integer> all() {
        return IntStream.range(0, partitions).map(this::partition).boxed().toList();
    }

    /** Whether a partition is one of these. */
    public boolean has(int partition) {
        return of(partition) == number && partition % SIZE < partitions;
    }
}
