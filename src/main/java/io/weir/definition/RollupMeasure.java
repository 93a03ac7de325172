package io.weir.definition;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A column of a counter that is kept per bucket of time, too: one that grows by what each event adds.
 *
 * @param name the column's; with its table before where counters of several tables have such a column
 * @param counter the position of the counter in its stream
 * @param position the position of the column in the counter
 */
public record RollupMeasure(String name, int counter, int position, CounterColumn column) {

    /** Those of a stream, in the order of its definition. */
    static List<RollupMeasure> of(List<Counter> counters) {
        Map<String, Integer> tables = new HashMap<>();
        for (Counter counter : counters) {
            counter.columns().stream()
                    .filter(RollupMeasure::isAdditive)
                    .forEach(column -> tables.merge(column.column(), 1, Integer::sum));
        }
        List<RollupMeasure> measures = new ArrayList<>();
        for (int i = 0; i < counters.size(); i++) {
            Counter counter = counters.get(i);
            for (int j = 0; j < counter.columns().size(); j++) {
                CounterColumn column = counter.columns().get(j);
                if (isAdditive(column)) {
                    boolean shared = tables.getOrDefault(column.column(), 0) > 1;
                    String name = shared ? counter.table() + "." + column.column() : column.column();
                    measures.add(new RollupMeasure(name, i, j, column));
                }
            }
        }
        return measures;
    }

    private static boolean isAdditive(CounterColumn column) {
        return switch (column.aggregate()) {
            case SUM, COUNT -> true;
            case MIN, MAX, LAST -> false;
        };
    }
}
