package io.weir.log;

import io.weir.definition.Generation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Something for each partition of a stream, made when it is first asked for. Thread-safe; asking costs one volatile read. */
final class PerPartition<T> {
    private final IntFunction<T> make;
    /** By generation and index; an array that is to grow is replaced by a copy. */
    private volatile @Nullable Object[][] made = new @Nullable Object[0][];

    PerPartition(IntFunction<T> make) {
        this.make = make;
    }

    T get(int partition) {
        T known = find(made, partition);
        return known != null ? known : create(partition);
    }

    private synchronized T create(int partition) {
        T known = find(made, partition);
        if (known != null) {
            return known;
        }
        int generation = Generation.of(partition);
        int index = partition % Generation.SIZE;
        @Nullable Object[][] before = made;
        @Nullable Object[][] after = new @Nullable Object[Math.max(before.length, generation + 1)][];
        for (int i = 0; i < after.length; i++) {
            after[i] = i < before.length ? before[i] : new @Nullable Object[0];
        }
        T created = make.apply(partition);
        after[generation] = Arrays.copyOf(after[generation], Math.max(after[generation].length, index + 1));
        after[generation][index] = created;
        made = after;
        return created;
    }

    /** Those that were made. */
    List<T> all() {
        List<T> all = new ArrayList<>();
        for (@Nullable Object[] generation : made) {
            for (Object one : generation) {
                if (one != null) {
                    all.add(cast(one));
                }
            }
        }
        return all;
    }

    private @Nullable T find(@Nullable Object[][] made, int partition) {
        int generation = Generation.of(partition);
        int index = partition % Generation.SIZE;
        if (generation >= made.length || index >= made[generation].length) {
            return null;
        }
        Object one = made[generation][index];
        return one == null ? null : cast(one);
    }

    @SuppressWarnings("unchecked") // only create() puts something in
    private T cast(Object one) {
        return (T) one;
    }
}
