package io.weir.event;

import io.weir.definition.Aggregate;
import io.weir.definition.Counter;
import io.weir.definition.CounterColumn;
import io.weir.definition.StreamDefinition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What some events add to the counters of one entity. Confined to one thread at a time. */
public final class EntityDelta {
    private final Object entity;
    private final List<Counter> counters;
    private final @Nullable Object[][] values;
    /** By counter: whether an event was added that it counts. */
    private final boolean[] counted;

    private int events;

    public EntityDelta(List<Counter> counters, Object entity) {
        this.entity = entity;
        this.counters = counters;
        this.values = new @Nullable Object[counters.size()][];
        this.counted = new boolean[counters.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = new @Nullable Object[counters.get(i).columns().size()];
        }
    }

    /** What events of a stream add, by entity, in the order in which their entities first appear; empty without counters. */
    public static List<EntityDelta> fold(StreamDefinition definition, List<Event> events) {
        if (definition.counters().isEmpty()) {
            return new ArrayList<>();
        }
        Map<Object, EntityDelta> deltas = new LinkedHashMap<>();
        for (Event event : events) {
            Object entity = event.entity(definition);
            if (entity != null) {
                deltas.computeIfAbsent(entity, key -> new EntityDelta(definition.counters(), key))
                        .add(event);
            }
        }
        return new ArrayList<>(deltas.values());
    }

    public Object entity() {
        return entity;
    }

    /** How many events it holds. */
    public int events() {
        return events;
    }

    /** The delta of a column, by the position of its counter and its own; null when no event set it. */
    public @Nullable Object value(int counter, int column) {
        return values[counter][column];
    }

    /** The deltas by counter and column, shared with this object. */
    public @Nullable Object[][] values() {
        return values;
    }

    /** Whether it holds an event that the counter counts; without one, the counter's row is not to be touched. */
    public boolean isCountedBy(int counter) {
        return counted[counter];
    }

    /** Adds an event that stands after all that were added before. */
    public void add(Event event) {
        for (int i = 0; i < values.length; i++) {
            Counter counter = counters.get(i);
            if (counter.counts(event.values())) {
                counted[i] = true;
                List<CounterColumn> columns = counter.columns();
                for (int j = 0; j < columns.size(); j++) {
                    values[i][j] = columns.get(j).aggregate().combine(values[i][j], operand(columns.get(j), event));
                }
            }
        }
        events++;
    }

    /**
     * Adds an event to one column of one counter, and leaves all others as they are.
     *
     * @return false when the counter does not count it
     */
    public boolean addTo(int counter, int column, Event event) {
        if (!counters.get(counter).counts(event.values())) {
            return false;
        }
        counted[counter] = true;
        CounterColumn counted = counters.get(counter).columns().get(column);
        values[counter][column] = counted.aggregate().combine(values[counter][column], operand(counted, event));
        events++;
        return true;
    }

    private static @Nullable Object operand(CounterColumn column, Event event) {
        if (column.field() == null) {
            return 1L;
        }
        Object operand = event.values()[column.field().index()];
        return column.aggregate() == Aggregate.COUNT && operand != null ? (Object) 1L : operand;
    }

    /** Adds what stands after all that were added before. */
    public void add(EntityDelta later) {
        for (int i = 0; i < values.length; i++) {
            counted[i] |= later.counted[i];
            List<CounterColumn> columns = counters.get(i).columns();
            for (int j = 0; j < columns.size(); j++) {
                values[i][j] = columns.get(j).aggregate().combine(values[i][j], later.values[i][j]);
            }
        }
        events += later.events;
    }
}
