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
    private int events;

    public EntityDelta(List<Counter> counters, Object entity) {
        this.entity = entity;
        this.counters = counters;
        this.values = new @Nullable Object[counters.size()][];
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

    /** Adds an event that stands after all that were added before. */
    public void add(Event event) {
        for (int i = 0; i < values.length; i++) {
            List<CounterColumn> columns = counters.get(i).columns();
            for (int j = 0; j < columns.size(); j++) {
                CounterColumn column = columns.get(j);
                Object operand = column.field() == null
                        ? (Object) 1L
                        : event.values()[column.field().index()];
                if (column.aggregate() == Aggregate.COUNT && column.field() != null) {
                    operand = operand == null ? null : (Object) 1L;
                }
                values[i][j] = column.aggregate().combine(values[i][j], operand);
            }
        }
        events++;
    }

    /** Adds what stands after all that were added before. */
    public void add(EntityDelta later) {
        for (int i = 0; i < values.length; i++) {
            List<CounterColumn> columns = counters.get(i).columns();
            for (int j = 0; j < columns.size(); j++) {
                values[i][j] = columns.get(j).aggregate().combine(values[i][j], later.values[i][j]);
            }
        }
        events += later.events;
    }
}
