package io.weir.store;

import io.weir.definition.Aggregate;
import io.weir.definition.CounterColumn;
import io.weir.definition.Field;
import io.weir.definition.FieldType;
import io.weir.definition.RollupMeasure;
import io.weir.definition.RollupStep;
import io.weir.definition.Rollups;
import io.weir.definition.StreamDefinition;
import io.weir.event.Event;
import io.weir.event.ValueText;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Writes what events added to a stream's counters once more by time, in the transaction that counts them. */
final class RollupWriter {
    private static final String SUM = "t.value + excluded.value";
    /** As it is while the sum does not pass it, so that few updates touch the index; then an eighth more than the sum. */
    private static final String MOST =
            "CASE WHEN " + SUM + " > t.most THEN " + SUM + " + abs(" + SUM + ") * 0.125 ELSE t.most END";

    private final StreamDefinition definition;
    private final Field entity;
    private final List<RollupMeasure> measures;
    private final RollupMeasures numbers;
    private final @Nullable String uniquesName;
    private final ElementType valueType;
    private final List<String> statements = new ArrayList<>();

    RollupWriter(StreamDefinition definition, DataSource pool) {
        this.definition = definition;
        this.entity = Objects.requireNonNull(definition.entity());
        this.measures = definition.measures();
        this.uniquesName = definition.rollups().uniquesName();
        List<String> names =
                new ArrayList<>(measures.stream().map(RollupMeasure::name).toList());
        if (uniquesName != null) {
            names.add(uniquesName);
        }
        this.numbers = new RollupMeasures(pool, definition.name(), names);
        boolean whole = measures.stream()
                .allMatch(measure -> measure.column().aggregate() == Aggregate.COUNT
                        || measure.column().type() == FieldType.LONG);
        // decimals as text, which is exact
        this.valueType = whole ? ElementType.BIGINT : ElementType.TEXT;
        for (RollupStep step : definition.rollups().steps()) {
            statements.add("INSERT INTO " + RollupTables.values(step)
                    + " AS t (measure, entity, bucket, value, most) SELECT d.m, d.e, d.b, d.v, d.v"
                    + " FROM (SELECT " + ElementType.BIGINT.unnested("integer") + " AS m, "
                    + ElementType.TEXT.unnested("text") + " AS e, "
                    + ElementType.TIMESTAMP.unnested(ColumnTypes.TIMESTAMP_WITH_TIME_ZONE) + " AS b, "
                    + valueType.unnested("numeric") + " AS v) d"
                    + " ON CONFLICT (measure, entity, bucket) DO UPDATE SET value = " + SUM + ", most = " + MOST);
        }
    }

    /** Does what must be done before a transaction that writes. */
    void prepare() throws SQLException {
        numbers.prepare();
    }

    /**
     * Adds events.
     *
     * @param written by counter, the entities that have a row in it; null for a counter in which all have
     */
    void write(Connection connection, List<Event> events, List<@Nullable Set<Object>> written) throws SQLException {
        Rollups rollups = definition.rollups();
        RollupSums sums = new RollupSums(rollups.steps().getFirst(), measures.size());
        RollupSketches sketches = new RollupSketches(rollups.steps().getFirst());
        for (Event event : events) {
            add(event, written, sums, sketches);
        }
        for (int i = 0; i < statements.size(); i++) {
            RollupStep step = rollups.steps().get(i);
            sums = i == 0 ? sums : sums.coarser(step);
            upsert(connection, statements.get(i), sums.sorted());
            if (uniquesName != null) {
                sketches = i == 0 ? sketches : sketches.coarser(step);
                sketches.write(connection, numbers.number(uniquesName));
            }
        }
    }

    private void add(Event event, List<@Nullable Set<Object>> written, RollupSums sums, RollupSketches sketches) {
        Object key = event.entity(definition);
        if (key == null) {
            return;
        }
        String text = ValueText.of(entity.type(), key);
        long time = time(event);
        boolean isCounted = false;
        for (int i = 0; i < measures.size(); i++) {
            RollupMeasure measure = measures.get(i);
            Set<Object> withRow = written.get(measure.counter());
            if ((withRow == null || withRow.contains(key))
                    && definition.counters().get(measure.counter()).counts(event.values())) {
                isCounted = true;
                Number value = value(measure.column(), event);
                if (value != null) {
                    sums.add(text, time, i, value);
                }
            }
        }
        Field uniques = definition.rollups().uniques();
        Object unique = uniques == null ? null : event.values()[uniques.index()];
        if (isCounted && uniques != null && unique != null) {
            sketches.add(text, time, ValueText.of(uniques.type(), unique));
        }
    }

    /** In microseconds since 1970. */
    private long time(Event event) {
        Field by = definition.rollups().by();
        Object time = by == null ? null : event.values()[by.index()];
        return time == null ? Math.multiplyExact(event.entryId().millis(), 1_000L) : (Long) time;
    }

    private static @Nullable Number value(CounterColumn column, Event event) {
        Object value =
                column.field() == null ? null : event.values()[column.field().index()];
        if (column.aggregate() == Aggregate.COUNT) {
            return column.field() == null || value != null ? (Number) 1L : null;
        }
        // the shortest decimal that means this double, as it was probably sent
        return value instanceof Double decimal ? BigDecimal.valueOf(decimal) : (Number) value;
    }

    private void upsert(Connection connection, String sql, List<RollupSums.Growth> rows) throws SQLException {
        if (rows.isEmpty()) {
            return;
        }
        ArrayParameter measure = new ArrayParameter(ElementType.BIGINT, rows.size());
        ArrayParameter entities = new ArrayParameter(ElementType.TEXT, rows.size());
        ArrayParameter buckets = new ArrayParameter(ElementType.TIMESTAMP, rows.size());
        ArrayParameter values = new ArrayParameter(valueType, rows.size());
        for (RollupSums.Growth row : rows) {
            measure.add((long) numbers.number(measures.get(row.measure()).name()));
            entities.add(row.bucket().entity());
            buckets.add(row.bucket().start());
            values.add(valueType == ElementType.TEXT ? (Object) row.value().toString() : row.value());
        }
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            measure.bind(statement, 1);
            entities.bind(statement, 2);
            buckets.bind(statement, 3);
            values.bind(statement, 4);
            statement.executeUpdate();
        }
    }
}
