package io.weir.store;

import io.weir.definition.RowTable;
import io.weir.definition.StreamDefinition;
import io.weir.event.EntityDelta;
import io.weir.event.Event;
import io.weir.fault.Failpoint;
import io.weir.fault.Failpoints;
import io.weir.letter.ReasonClass;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Writes the rows, counters and rollups of some events within a transaction that is open. Holds no state of its own. */
final class WindowWriter {
    /**
     * What became of the events.
     *
     * @param survivors events whose effects were written
     * @param deduplicated keyed events that were there before
     * @param deadLetters events of entities without a row, still to be written
     * @param totals counters of the touched entities
     */
    record Applied(
            List<Event> survivors,
            int deduplicated,
            List<DeadLetter> deadLetters,
            Map<Object, @Nullable Object[][]> totals) {
        int applied() {
            return survivors.size();
        }
    }

    /** Whoever writes the same counters goes through their rows in the same order. */
    @SuppressWarnings({"unchecked", "rawtypes"})
    private static final Comparator<EntityDelta> BY_ENTITY =
            (first, second) -> ((Comparable) first.entity()).compareTo(second.entity());

    private final StreamDefinition definition;
    private final List<RowWriter> rows = new ArrayList<>();
    private final List<CounterWriter> counters = new ArrayList<>();
    private final @Nullable RowWriter arbiter;
    private final @Nullable NewKeys keys;
    private final KeyDays keyDays;
    private final @Nullable RollupWriter rollups;

    WindowWriter(StreamDefinition definition, Catalog catalog, KeyDays keyDays, DataSource pool, Portions portions) {
        this.definition = definition;
        this.keyDays = keyDays;
        RowWriter deciding = null;
        RowTable arbiterTable = definition.arbiter();
        for (RowTable table : definition.rows()) {
            RowWriter writer = new RowWriter(definition.name(), table, catalog, portions);
            if (deciding == null && table.equals(arbiterTable)) {
                deciding = writer;
            } else {
                rows.add(writer);
            }
        }
        this.arbiter = deciding;
        this.keys = deciding == null ? newKeys(definition, keyDays) : null;
        if (definition.entity() != null) {
            for (int i = 0; i < definition.counters().size(); i++) {
                counters.add(
                        new CounterWriter(i, definition.counters().get(i), definition.entity(), catalog, portions));
            }
        }
        this.rollups = definition.rollups().isEmpty() ? null : new RollupWriter(definition, pool);
    }

    private static NewKeys newKeys(StreamDefinition definition, KeyDays days) {
        return definition.dedup().isByFields()
                ? new RecentKeyWriter(definition.name(), definition.dedup(), days)
                : new KeyWriter(definition.name(), definition.dedup().window(), days);
    }

    List<CounterWriter> counters() {
        return counters;
    }

    /** Does what must be done before a transaction that writes these events. */
    void prepare(List<Event> events) throws SQLException {
        if (keys != null) {
            KeyHash.prepare(events, keyDays);
        }
        if (rollups != null) {
            rollups.prepare();
        }
    }

    /**
     * Writes events.
     *
     * @param deltas the events folded by entity; null to have them folded here
     * @param guarded whether rows whose key is there already are left out; otherwise they fail the statement, which
     *     costs a third less as long as there are none
     */
    Applied write(Connection connection, List<Event> events, @Nullable List<EntityDelta> deltas, boolean guarded)
            throws SQLException {
        List<DeadLetter> deadLetters = new ArrayList<>();
        List<Event> countable = events;
        for (CounterWriter counter : counters) {
            if (counter.needsRow()) {
                countable = withRow(connection, counter, countable, deadLetters);
            }
        }
        List<Event> survivors = countable;
        Failpoints.reach(Failpoint.BEFORE_ROWS);
        if (arbiter != null) {
            if (guarded) {
                survivors = arbiter.insertNew(connection, countable);
            } else {
                arbiter.insert(connection, countable);
            }
        } else if (keys != null) {
            survivors = keys.insertNew(connection, countable);
        }
        for (RowWriter table : rows) {
            if (guarded) {
                table.insertUnlessThere(connection, survivors);
            } else {
                table.insert(connection, survivors);
            }
        }
        Failpoints.reach(Failpoint.AFTER_ROWS);
        Map<Object, @Nullable Object[][]> totals = Map.of();
        if (!counters.isEmpty()) {
            totals = count(connection, survivors, SurvivorDeltas.of(definition, events, survivors, deltas));
        }
        return new Applied(survivors, countable.size() - survivors.size(), deadLetters, totals);
    }

    private Map<Object, @Nullable Object[][]> count(
            Connection connection, List<Event> survivors, List<EntityDelta> deltas) throws SQLException {
        if (deltas.isEmpty()) {
            return Map.of();
        }
        List<EntityDelta> sorted = new ArrayList<>(deltas);
        sorted.sort(BY_ENTITY);
        Map<Object, @Nullable Object[][]> totals = new HashMap<>(deltas.size() * 2);
        for (EntityDelta delta : sorted) {
            totals.put(delta.entity(), noCounts());
        }
        List<@Nullable Set<Object>> written = new ArrayList<>(counters.size());
        for (CounterWriter counter : counters) {
            Failpoints.reach(Failpoint.BEFORE_COUNTERS);
            written.add(counter.write(connection, sorted, totals));
        }
        if (rollups != null) {
            rollups.write(connection, survivors, written);
        }
        Failpoints.reach(Failpoint.AFTER_COUNTERS);
        return totals;
    }

    /** An entity's counters, none of which has a row. */
    @Nullable
    Object[][] noCounts() {
        @Nullable Object[][] none = new @Nullable Object[definition.counters().size()][];
        for (int i = 0; i < none.length; i++) {
            none[i] =
                    new @Nullable Object[definition.counters().get(i).columns().size()];
        }
        return none;
    }

    private List<Event> withRow(
            Connection connection, CounterWriter counter, List<Event> events, List<DeadLetter> deadLetters)
            throws SQLException {
        Set<Object> entities = new LinkedHashSet<>();
        for (Event event : events) {
            Object entity = event.entity(definition);
            if (entity != null && counter.counts(event)) {
                entities.add(entity);
            }
        }
        if (entities.isEmpty()) {
            return events;
        }
        Set<Object> existing = counter.lockExisting(connection, entities);
        if (existing.size() == entities.size()) {
            return events;
        }
        List<Event> withRow = new ArrayList<>(events.size());
        for (Event event : events) {
            Object entity = event.entity(definition);
            if (entity == null || existing.contains(entity) || !counter.counts(event)) {
                withRow.add(event);
            } else {
                deadLetters.add(DeadLetter.of(event, counter.describeRow(entity), ReasonClass.NO_ROW, null));
            }
        }
        return withRow;
    }

    static DeadLetter deadLetter(Event event, String reason, @Nullable String sqlState) {
        return DeadLetter.of(event, reason, DeadLetter.classOf(sqlState), sqlState);
    }
}
