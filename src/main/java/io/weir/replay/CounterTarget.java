package io.weir.replay;

import io.weir.definition.Counter;
import io.weir.definition.CounterColumn;
import io.weir.definition.StreamDefinition;
import java.util.ArrayList;
import java.util.List;

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

    /** {@code table.column}. */
    public String name() {
        return counter.table() + "." + column.column();
    }
}
