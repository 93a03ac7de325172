package io.weir.replay;

import io.weir.definition.Aggregate;
import io.weir.definition.Counter;
import io.weir.definition.CounterColumn;
import io.weir.definition.StreamDefinition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One column of one counter of a stream.
 *
 * @param position of the counter in its definition
 * @param columnPosition of the column in its counter
 */
public record CounterTarget(int position, int columnPosition, Counter counter, CounterColumn column) {

    /** The column that {@code column} or {@code table.column} names. */
    static CounterTarget find(StreamDefinition definition, String name) {
        List<CounterTarget> found = new ArrayList<>();
        List<String> known = new ArrayList<>();
        for (int i = 0; i < definition.counters().size(); i++) {
            Counter counter = definition.counters().get(i);
            for (int j = 0; j < counter.columns().size(); j++) {
                CounterTarget target =
                        new CounterTarget(i, j, counter, counter.columns().get(j));
                known.add(target.name());
                if (name.equals(target.name()) || name.equals(target.column().column())) {
                    found.add(target);
                }
            }
        }
        if (found.size() != 1) {
            throw ReplayFailure.refused((found.isEmpty() ? "there is no counter " : "there are several counters ")
                    + name + " in stream " + definition.name() + "; it has " + String.join(", ", known));
        }
        return found.getFirst();
    }

    /** Every column of a stream's counters; of one counter where its table is named, one where a column is. */
    static List<CounterTarget> findAll(StreamDefinition definition, @Nullable String name) {
        List<CounterTarget> found = new ArrayList<>();
        for (int i = 0; i < definition.counters().size(); i++) {
            Counter counter = definition.counters().get(i);
            if (name == null || name.equals(counter.table())) {
                for (int j = 0; j < counter.columns().size(); j++) {
                    found.add(new CounterTarget(i, j, counter, counter.columns().get(j)));
                }
            }
        }
        if (name == null && found.isEmpty()) {
            throw ReplayFailure.refused("stream " + definition.name() + " has no counters");
        }
        return found.isEmpty() ? List.of(find(definition, String.valueOf(name))) : found;
    }

    /**
     * Says why its rows can't make it up, whatever they hold.
     *
     * @param all the definitions of every stream
     */
    void requireOwn(StreamDefinition definition, Collection<StreamDefinition> all) {
        if (column.aggregate() == Aggregate.LAST) {
            throw ReplayFailure.refused(name() + " is the last value: the next event of an entity sets it");
        }
        for (StreamDefinition other : all) {
            boolean writesIt = !other.name().equals(definition.name())
                    && other.counters().stream()
                            .anyMatch(shared -> shared.table().equals(counter.table())
                                    && shared.columns().stream()
                                            .anyMatch(theirs -> theirs.column().equals(column.column())));
            if (writesIt) {
                throw ReplayFailure.refused("stream " + other.name() + " counts into " + name()
                        + ", too, so the events of one of them don't make it up");
            }
        }
    }

    /** {@code table.column}. */
    public String name() {
        return counter.table() + "." + column.column();
    }
}
