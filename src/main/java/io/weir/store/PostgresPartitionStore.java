package io.weir.store;

import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.weir.definition.RowTable;
import io.weir.definition.StreamDefinition;
import io.weir.settings.StoreSettings;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A partition's cursor and effects in PostgreSQL. Thread-safe, though the protocol has one window at a time. */
final class PostgresPartitionStore implements PartitionStore {
    private static final Logger LOG = LoggerFactory.getLogger(PostgresPartitionStore.class);
    private static final int START_ATTEMPTS = 3;
    /** Duplicates come in series: a client that repeats itself, a file that is imported again. */
    private static final int GUARDED_WINDOWS_AFTER_A_DUPLICATE = 20;

    /** How a window's transaction treats its events, each slower and bearing more than the one before. */
    private enum Mode {
        /** No key is there already, and no event is refused. */
        PLAIN,
        /** No event is refused. */
        GUARDED,
        CAREFUL
    }

    /** What came of a transaction. */
    private sealed interface Attempt {
        record Ended(CommitOutcome outcome) implements Attempt {}

        /** An event was refused: the transaction is rolled back, and the next mode is to be tried. */
        record Refused(String reason, @Nullable String sqlState) implements Attempt {}
    }

    private final HikariDataSource pool;
    private final String name;
    private final CursorStatements cursor;
    private final ColumnNotes notes;
    private final WindowWriter writer;
    private final DeadLetterWriter deadLetterWriter;
    private final CountReader countReader;
    private final StoreMetrics metrics;
    private final boolean keyedRows;
    private final AtomicInteger guardedWindows = new AtomicInteger();

    PostgresPartitionStore(
            HikariDataSource pool,
            StoreSettings settings,
            StreamDefinition definition,
            int partition,
            Catalog catalog,
            MeterRegistry meters) {
        this.pool = pool;
        this.name = definition.name() + "/" + partition;
        this.cursor = new CursorStatements(definition.name(), partition, settings);
        this.notes = new ColumnNotes(definition, partition);
        this.writer = new WindowWriter(definition, catalog);
        this.deadLetterWriter = new DeadLetterWriter(definition.name(), partition);
        this.countReader = new CountReader(definition, partition, catalog, writer, settings.statementTimeout());
        this.metrics = new StoreMetrics(meters, definition.name());
        this.keyedRows = definition.rows().stream().map(RowTable::keyColumn).anyMatch(column -> column != null);
    }

    @Override
    public Started start(String owner) throws SQLException {
        for (int attempt = 1; ; attempt++) {
            try (Connection connection = pool.getConnection()) {
                try {
                    Started started = cursor.raiseEpoch(connection, owner);
                    notes.write(connection, started.cursor());
                    connection.commit();
                    return started;
                } catch (SQLException problem) {
                    giveBack(connection, problem);
                    if (!SqlStates.LOCK_NOT_AVAILABLE.equals(problem.getSQLState()) || attempt == START_ATTEMPTS) {
                        throw problem;
                    }
                    int terminated = cursor.terminateHolders(connection);
                    connection.rollback();
                    metrics.terminated(terminated);
                    LOG.warn(
                            "{}: ended {} transactions of an earlier incarnation that held the cursor",
                            name,
                            terminated);
                }
            }
        }
    }

    @Override
    public CommitOutcome commit(WindowCommit window) {
        Timer.Sample started = metrics.start();
        CommitOutcome outcome;
        try {
            outcome = write(window);
        } catch (RuntimeException bug) {
            LOG.error(
                    "{}: window {} to {} failed for a reason that is none of the database's",
                    name,
                    window.from(),
                    window.to(),
                    bug);
            outcome = new CommitOutcome.Stopped(bug.toString(), null);
        }
        metrics.record(outcome, started);
        return outcome;
    }

    private CommitOutcome write(WindowCommit window) {
        Mode mode = keyedRows && guardedWindows.get() > 0 ? Mode.GUARDED : Mode.PLAIN;
        while (true) {
            switch (transaction(window, mode)) {
                case Attempt.Ended ended -> {
                    noteDuplicates(mode, ended.outcome());
                    return ended.outcome();
                }
                case Attempt.Refused refused -> {
                    if (mode == Mode.CAREFUL) {
                        return new CommitOutcome.Stopped(
                                "refused even event by event: " + refused.reason(), refused.sqlState());
                    }
                    boolean duplicate =
                            mode == Mode.PLAIN && keyedRows && SqlStates.UNIQUE_VIOLATION.equals(refused.sqlState());
                    mode = duplicate ? Mode.GUARDED : Mode.CAREFUL;
                    if (mode == Mode.CAREFUL) {
                        metrics.carefulWindow();
                        LOG.warn(
                                "{}: looking for the events in {} to {} that can't be applied: {}",
                                name,
                                window.from(),
                                window.to(),
                                refused.reason());
                    }
                }
            }
        }
    }

    private void noteDuplicates(Mode mode, CommitOutcome outcome) {
        if (mode == Mode.PLAIN || !(outcome instanceof CommitOutcome.Committed committed)) {
            return;
        }
        if (committed.deduplicated() > 0) {
            guardedWindows.set(GUARDED_WINDOWS_AFTER_A_DUPLICATE);
        } else {
            guardedWindows.updateAndGet(left -> Math.max(0, left - 1));
        }
    }

    private Attempt transaction(WindowCommit window, Mode mode) {
        try (Connection connection = pool.getConnection()) {
            boolean committing = false;
            try {
                if (!cursor.advance(connection, window)) {
                    String detail = cursor.describe(connection);
                    connection.rollback();
                    return new Attempt.Ended(new CommitOutcome.Fenced(name + ": " + detail
                            + "; the window goes on from " + window.from() + " in epoch " + window.epoch()));
                }
                CommitOutcome.Committed committed = effects(connection, window, mode);
                committing = true;
                connection.commit();
                return new Attempt.Ended(committed);
            } catch (SQLException problem) {
                giveBack(connection, problem);
                return committing && !SqlStates.certainlyRolledBack(problem)
                        ? new Attempt.Ended(new CommitOutcome.Unknown(name + ": " + problem.getMessage()))
                        : attempt(problem);
            } catch (ArithmeticException overflow) {
                connection.rollback();
                return new Attempt.Refused(overflow.toString(), SqlStates.NUMERIC_VALUE_OUT_OF_RANGE);
            }
        } catch (SQLException problem) {
            return attempt(problem);
        }
    }

    private CommitOutcome.Committed effects(Connection connection, WindowCommit window, Mode mode) throws SQLException {
        WindowWriter.Applied applied = switch (mode) {
            case PLAIN -> writer.write(connection, window.events(), window.deltas(), false);
            case GUARDED -> writer.write(connection, window.events(), window.deltas(), true);
            case CAREFUL -> CarefulWindow.write(writer, connection, window.events());
        };
        List<DeadLetter> letters = new ArrayList<>(window.deadLetters());
        letters.addAll(applied.deadLetters());
        int kept = deadLetterWriter.write(connection, letters);
        // a bad event that was sent before is a duplicate as a good one is
        int deduplicated = applied.deduplicated() + letters.size() - kept;
        cursor.correct(connection, window, applied.applied(), deduplicated, kept);
        return new CommitOutcome.Committed(applied.totals(), applied.applied(), deduplicated, kept);
    }

    private static Attempt attempt(SQLException problem) {
        String state = SqlStates.state(problem);
        String reason = String.valueOf(problem.getMessage());
        return switch (SqlStates.classify(problem)) {
            case SqlStates.Failure.Conflict conflict ->
                new Attempt.Ended(new CommitOutcome.RetryLater(reason, state, false));
            case SqlStates.Failure.Away away -> new Attempt.Ended(new CommitOutcome.RetryLater(reason, state, true));
            case SqlStates.Failure.Poison poison -> new Attempt.Refused(reason, state);
            case SqlStates.Failure.Misconfigured misconfigured ->
                new Attempt.Ended(new CommitOutcome.Stopped(reason, state));
        };
    }

    /** Rolls back; a connection of which nobody knows what it still can leaves the pool. */
    private void giveBack(Connection connection, SQLException problem) {
        boolean usable = switch (SqlStates.classify(problem)) {
            case SqlStates.Failure.Poison poison -> true;
            case SqlStates.Failure.Conflict conflict ->
                !SqlStates.FEATURE_NOT_SUPPORTED.equals(problem.getSQLState())
                        && !SqlStates.UNKNOWN_STATEMENT_NAME.equals(problem.getSQLState());
            case SqlStates.Failure.Away away -> false;
            case SqlStates.Failure.Misconfigured misconfigured -> false;
        };
        try {
            connection.rollback();
        } catch (SQLException alsoFailed) {
            LOG.debug("{}: rollback failed", name, alsoFailed);
            usable = false;
        }
        if (!usable) {
            pool.evictConnection(connection);
        }
    }

    @Override
    public Counts readCounts(Object entity) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            try {
                Counts counts = countReader.read(connection, entity);
                connection.rollback();
                return counts;
            } catch (SQLException problem) {
                giveBack(connection, problem);
                throw problem;
            }
        }
    }
}
