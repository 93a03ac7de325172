package io.weir.store;

import com.zaxxer.hikari.HikariDataSource;
import io.weir.definition.StreamDefinition;
import io.weir.event.Event;
import io.weir.letter.ReasonClass;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A transaction of events that are in no log. */
final class DirectWindow {
    /** What writes a partition's events. */
    record Parts(
            StreamDefinition definition,
            HikariDataSource pool,
            CursorStatements cursor,
            WindowWriter writer,
            DeadLetterWriter deadLetterWriter,
            CountReader countReader,
            StoreMetrics metrics) {}

    private DirectWindow() {}

    /** Writes all of them; those that can't be applied become dead letters, as they do in a window. */
    static DirectOutcome write(Parts parts, List<Event> events) {
        DirectOutcome outcome = write(parts, events, false);
        if (outcome == null) {
            outcome = write(parts, events, true);
        }
        return outcome == null ? new DirectOutcome.NotWritten("refused even event by event") : outcome;
    }

    /** Null when one of them can't be applied. */
    private static @Nullable DirectOutcome write(Parts parts, List<Event> events, boolean carefully) {
        boolean committing = false;
        try {
            parts.writer().prepare(events);
            Connection connection = parts.pool().getConnection();
            try (connection) {
                if (!parts.cursor().takesDirect(connection)) {
                    connection.rollback();
                    return new DirectOutcome.Elsewhere();
                }
                parts.cursor().lockOrCreate(connection);
                WindowWriter.Applied applied = carefully
                        ? CarefulWindow.write(parts.writer(), connection, events)
                        : parts.writer().write(connection, events, null, true);
                Map<ReasonClass, Integer> deadLetters =
                        parts.deadLetterWriter().write(connection, applied.deadLetters());
                parts.cursor().countDirect(connection, applied.applied());
                Map<Object, @Nullable Object[][]> counts = counts(parts, connection, events, applied);
                committing = true;
                connection.commit();
                parts.metrics().direct(applied.applied());
                parts.metrics().deadLetters(deadLetters);
                return new DirectOutcome.Written(repeated(events, applied), counts);
            } catch (ArithmeticException overflow) {
                connection.rollback();
                return null;
            } catch (SQLException problem) {
                PostgresPartitionStore.giveUp(parts.pool(), connection, WindowTransactions.isUsableAfter(problem));
                throw problem;
            }
        } catch (SQLException problem) {
            if (committing && !SqlStates.certainlyRolledBack(problem)) {
                return new DirectOutcome.Unknown(DatabaseFailure.describe(problem));
            }
            return !carefully && SqlStates.classify(problem) instanceof SqlStates.Failure.Poison
                    ? null
                    : new DirectOutcome.NotWritten(DatabaseFailure.describe(problem));
        }
    }

    /** For who wants to know them at once, and would ask in a transaction of his own. */
    private static Map<Object, @Nullable Object[][]> counts(
            Parts parts, Connection connection, List<Event> events, WindowWriter.Applied applied) throws SQLException {
        Map<Object, @Nullable Object[][]> counts = new HashMap<>(applied.totals());
        if (parts.definition().counters().isEmpty()) {
            return counts;
        }
        for (Event event : events) {
            Object entity = event.entity(parts.definition());
            if (entity != null && !counts.containsKey(entity)) {
                counts.put(entity, parts.countReader().read(connection, entity).values());
            }
        }
        return counts;
    }

    private static Set<Event> repeated(List<Event> events, WindowWriter.Applied applied) {
        Set<Event> repeated = Collections.newSetFromMap(new IdentityHashMap<>());
        repeated.addAll(events);
        applied.survivors().forEach(repeated::remove);
        for (DeadLetter letter : applied.deadLetters()) {
            repeated.removeIf(event -> event.entryId().equals(letter.entryId()) && event.index() == letter.index());
        }
        return repeated;
    }
}
