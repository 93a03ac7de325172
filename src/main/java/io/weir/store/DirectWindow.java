package io.weir.store;

import com.zaxxer.hikari.HikariDataSource;
import io.weir.event.Event;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A transaction of events that are in no log. */
final class DirectWindow {
    /** What writes a partition's events. */
    record Parts(
            HikariDataSource pool, CursorStatements cursor, WindowWriter writer, DeadLetterWriter deadLetterWriter) {}

    private DirectWindow() {}

    /** Writes all of them; those that can't be applied become dead letters, as they do in a window. */
    static DirectOutcome write(Parts parts, List<Event> events) {
        DirectOutcome outcome = write(parts, events, false);
        return outcome == null ? requireOutcome(write(parts, events, true)) : outcome;
    }

    private static DirectOutcome requireOutcome(@Nullable DirectOutcome outcome) {
        return outcome == null ? new DirectOutcome.NotWritten("refused even event by event") : outcome;
    }

    /** Null when one of them can't be applied. */
    private static @Nullable DirectOutcome write(Parts parts, List<Event> events, boolean carefully) {
        boolean committing = false;
        try {
            parts.writer().prepare(events);
            Connection connection = parts.pool().getConnection();
            try (connection) {
                parts.cursor().lockOrCreate(connection);
                WindowWriter.Applied applied = carefully
                        ? CarefulWindow.write(parts.writer(), connection, events)
                        : parts.writer().write(connection, events, null, true);
                parts.deadLetterWriter().write(connection, applied.deadLetters());
                parts.cursor().countDirect(connection, applied.applied());
                committing = true;
                connection.commit();
                return new DirectOutcome.Written(repeated(events, applied));
            } catch (ArithmeticException overflow) {
                connection.rollback();
                return carefully ? new DirectOutcome.NotWritten(overflow.toString()) : null;
            } catch (SQLException problem) {
                giveUp(parts.pool(), connection, problem);
                throw problem;
            }
        } catch (SQLException problem) {
            if (committing && !SqlStates.certainlyRolledBack(problem)) {
                return new DirectOutcome.Unknown(String.valueOf(problem.getMessage()));
            }
            return SqlStates.classify(problem) instanceof SqlStates.Failure.Poison && !carefully
                    ? null
                    : new DirectOutcome.NotWritten(String.valueOf(problem.getMessage()));
        }
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

    private static void giveUp(HikariDataSource pool, Connection connection, SQLException problem) {
        boolean usable = WindowTransactions.isUsableAfter(problem);
        try {
            connection.rollback();
        } catch (SQLException alsoFailed) {
            problem.addSuppressed(alsoFailed);
            usable = false;
        }
        if (!usable) {
            pool.evictConnection(connection);
        }
    }
}
