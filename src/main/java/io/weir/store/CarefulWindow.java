package io.weir.store;

import io.weir.event.Event;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes the events of a window in which some can't be applied: halves them until each culprit stands alone, makes
 * dead letters of the culprits and applies the others in their order. Used once, for one window.
 */
final class CarefulWindow {
    private final WindowWriter writer;
    private final Connection connection;
    private final List<DeadLetter> deadLetters = new ArrayList<>();
    private final Map<Object, @Nullable Object[][]> totals = new HashMap<>();
    private final List<Event> survivors = new ArrayList<>();
    private int deduplicated;

    private CarefulWindow(WindowWriter writer, Connection connection) {
        this.writer = writer;
        this.connection = connection;
    }

    static WindowWriter.Applied write(WindowWriter writer, Connection connection, List<Event> events)
            throws SQLException {
        CarefulWindow window = new CarefulWindow(writer, connection);
        // a constraint that waits for COMMIT would name no culprit
        window.execute("SET CONSTRAINTS ALL IMMEDIATE");
        window.write(events);
        return new WindowWriter.Applied(window.survivors, window.deduplicated, window.deadLetters, window.totals);
    }

    private void write(List<Event> events) throws SQLException {
        if (events.isEmpty()) {
            return;
        }
        execute("SAVEPOINT weir");
        String reason;
        @Nullable String sqlState;
        try {
            WindowWriter.Applied result = writer.write(connection, events, null, true);
            execute("RELEASE SAVEPOINT weir");
            survivors.addAll(result.survivors());
            deduplicated += result.deduplicated();
            deadLetters.addAll(result.deadLetters());
            totals.putAll(result.totals());
            return;
        } catch (SQLException refused) {
            if (!(SqlStates.classify(refused) instanceof SqlStates.Failure.Poison)) {
                throw refused;
            }
            reason = String.valueOf(refused.getMessage());
            sqlState = SqlStates.state(refused);
        } catch (ArithmeticException overflow) {
            reason = "the sum of these events does not fit: " + overflow.getMessage();
            sqlState = SqlStates.NUMERIC_VALUE_OUT_OF_RANGE;
        }
        execute("ROLLBACK TO SAVEPOINT weir");
        execute("RELEASE SAVEPOINT weir");
        if (events.size() == 1) {
            deadLetters.add(WindowWriter.deadLetter(events.getFirst(), reason, sqlState));
            return;
        }
        int half = events.size() / 2;
        write(events.subList(0, half));
        write(events.subList(half, events.size()));
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
