package io.weir.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;

/** The numbers under which a stream's measures stand in the rollups. Thread-safe. */
final class RollupMeasures {
    private static final String READ = "SELECT measure, id FROM rollup_measure WHERE stream = ? AND measure = ANY (?)";
    // sorted: the partitions of a stream may come with the same at once
    private static final String ADD = """
        INSERT INTO rollup_measure (stream, measure)
        SELECT ?, m.measure FROM unnest(?::text[]) AS m (measure)
        WHERE NOT EXISTS (SELECT FROM rollup_measure r WHERE r.stream = ? AND r.measure = m.measure)
        ORDER BY m.measure
        ON CONFLICT DO NOTHING
        """;

    private final DataSource pool;
    private final String stream;
    private final List<String> names;
    private volatile Map<String, Integer> numbers = Map.of();

    RollupMeasures(DataSource pool, String stream, List<String> names) {
        this.pool = pool;
        this.stream = stream;
        this.names = List.copyOf(names);
    }

    /** Gives numbers to those that have none, before a transaction that writes them: nobody waits for that one then. */
    void prepare() throws SQLException {
        if (numbers.size() == names.size()) {
            return;
        }
        try (Connection connection = pool.getConnection()) {
            try {
                try (PreparedStatement add = connection.prepareStatement(ADD)) {
                    add.setString(1, stream);
                    add.setArray(2, connection.createArrayOf("text", names.toArray()));
                    add.setString(3, stream);
                    add.executeUpdate();
                }
                Map<String, Integer> found = read(connection, stream, names);
                connection.commit();
                numbers = Map.copyOf(found);
            } catch (SQLException problem) {
                connection.rollback();
                throw problem;
            }
        }
    }

    /** Those of the names that have a number. */
    static Map<String, Integer> read(Connection connection, String stream, List<String> names) throws SQLException {
        Map<String, Integer> found = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(READ)) {
            statement.setString(1, stream);
            statement.setArray(2, connection.createArrayOf("text", names.toArray()));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.put(rows.getString(1), rows.getInt(2));
                }
            }
        }
        return found;
    }

    /** The number of a measure; {@link #prepare} gave it one. */
    int number(String name) {
        Integer number = numbers.get(name);
        if (number == null) {
            throw new IllegalStateException("measure " + name + " of stream " + stream + " has no number");
        }
        return number;
    }
}
