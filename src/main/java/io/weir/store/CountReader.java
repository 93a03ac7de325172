package io.weir.store;

import io.weir.definition.Counter;
import io.weir.definition.CounterColumn;
import io.weir.definition.Field;
import io.weir.definition.StreamDefinition;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** Reads an entity's counters and the number of its partition's windows in one statement, which sees one snapshot. */
final class CountReader {
    private final String stream;
    private final int partition;
    private final @Nullable ElementType entityType;
    private final WindowWriter writer;
    private final Duration timeout;
    private final String select;

    CountReader(StreamDefinition definition, int partition, Catalog catalog, WindowWriter writer, Duration timeout) {
        this.stream = definition.name();
        this.partition = partition;
        Field entity = definition.entity();
        this.entityType = entity == null ? null : ElementType.of(entity.type());
        this.writer = writer;
        this.timeout = timeout;
        StringJoiner columns = new StringJoiner(", ", "SELECT ", "").add("c.windows");
        StringBuilder tables = new StringBuilder(
                " FROM (SELECT 1) AS one LEFT JOIN stream_cursor AS c" + " ON c.stream = ? AND c.partition = ?");
        for (int i = 0; i < definition.counters().size() && entityType != null; i++) {
            Counter counter = definition.counters().get(i);
            String alias = "t" + i + ".";
            for (CounterColumn column : counter.columns()) {
                columns.add(alias + Identifiers.column(column.column()));
            }
            tables.append(" LEFT JOIN ")
                    .append(Identifiers.table(counter.table()))
                    .append(" AS t" + i + " ON ")
                    .append(alias + Identifiers.column(counter.keyColumn()))
                    .append(" = " + entityType.single(catalog.type(counter.table(), counter.keyColumn())));
        }
        this.select = columns + tables.toString();
    }

    PartitionStore.Counts read(Connection connection, Object entity) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(select)) {
            statement.setQueryTimeout((int) Math.max(1, timeout.toSeconds()));
            statement.setString(1, stream);
            statement.setInt(2, partition);
            if (entityType != null) {
                for (int i = 0; i < writer.counters().size(); i++) {
                    ArrayParameter key = new ArrayParameter(entityType, 1);
                    key.add(entity);
                    key.bind(statement, 3 + i);
                }
            }
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                long windows = row.getLong(1);
                @Nullable Object[][] values = writer.noCounts();
                int column = 2;
                for (int i = 0; i < writer.counters().size(); i++) {
                    column = writer.counters().get(i).readColumns(row, column, values[i]);
                }
                return new PartitionStore.Counts(values, windows);
            }
        }
    }
}
