package io.weir.store;

import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.weir.definition.RowTable;
import io.weir.definition.StreamDefinition;
import io.weir.event.EntryId;
import io.weir.event.Event;
import io.weir.letter.ReasonClass;
import io.weir.logging.FailureText;
import io.weir.logging.LogFields;
import io.weir.settings.StoreSettings;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A partition's cursor and effects in PostgreSQL. Thread-safe, though the protocol has one window at a time. */
final class PostgresPartitionStore implements PartitionStore {
    private static final Logger LOG = LoggerFactory.getLogger(PostgresPartitionStore.class);

    /** What a transaction that is not yet committed did. */
    private record Effects(CommitOutcome.Committed outcome, Map<ReasonClass, Integer> deadLetters) {}

    private final HikariDataSource pool;
    private final String name;
    private final String stream;
    private final int partition;
    private final CursorStatements cursor;
    private final SuspectStatements suspects;
    private final ColumnNotes notes;
    private final WindowWriter writer;
    private final DeadLetterWriter deadLetterWriter;
    private final CountReader countReader;
    private final DirectWindow.Parts directParts;
    private final StoreMetrics metrics;
    private final WindowTransactions transactions;

    PostgresPartitionStore(
            HikariDataSource pool,
            StoreSettings settings,
            StreamDefinition definition,
            int partition,
            Catalog catalog,
            KeyDays keyDays,
            MeterRegistry meters) {
        this.pool = pool;
        this.name = definition.name() + "/" + partition;
        this.stream = definition.name();
        this.partition = partition;
        this.suspects = new SuspectStatements(definition.name(), partition);
        this.cursor = new CursorStatements(definition.name(), partition, settings);
        this.notes = new ColumnNotes(definition, partition);
        this.writer = new WindowWriter(definition, catalog, keyDays, pool, new Portions(settings.rowsPerStatement()));
        this.deadLetterWriter = new DeadLetterWriter(definition.name(), partition);
        this.countReader = new CountReader(definition, partition, catalog, writer, settings.statementTimeout());
        this.metrics = new StoreMetrics(meters, definition.name());
        this.directParts =
                new DirectWindow.Parts(definition, pool, cursor, writer, deadLetterWriter, countReader, metrics);
        boolean keyedRows = definition.rows().stream().map(RowTable::keyColumn).anyMatch(column -> column != null);
        this.transactions = new WindowTransactions(name, keyedRows, new PooledSessions());
    }

    @Override
    public Started start(String owner) throws SQLException {
        return transactions.start(owner);
    }

    @Override
    public boolean confirms(long epoch, long windows) throws SQLException {
        try (PooledSession session = new PooledSession(pool.getConnection())) {
            try {
                boolean confirmed = cursor.confirms(session.connection, epoch, windows);
                session.rollback();
                return confirmed;
            } catch (SQLException problem) {
                session.giveUp(WindowTransactions.isUsableAfter(problem));
                throw problem;
            }
        }
    }

    @Override
    public CommitOutcome commit(WindowCommit window) {
        Timer.Sample started = metrics.start();
        CommitOutcome outcome;
        try {
            writer.prepare(window.events());
            outcome = transactions.commit(window);
        } catch (SQLException problem) {
            outcome = WindowTransactions.outcomeOf(problem);
        } catch (RuntimeException bug) {
            try (var _ = logFields(window)) {
                LOG.error(
                        "{}: window {} to {} failed for a reason that is none of the database's",
                        name,
                        window.from(),
                        window.to(),
                        FailureText.withoutMessages(bug));
            }
            outcome = new CommitOutcome.Failed(FailureText.describe(bug));
        }
        metrics.record(outcome, started);
        return outcome;
    }

    private LogFields logFields(WindowCommit window) {
        return LogFields.of(stream, partition).epoch(window.epoch()).window(window.number());
    }

    private Effects effects(Connection connection, WindowCommit window, WindowTransactions.Mode mode)
            throws SQLException {
        ReplayClaims claims = ReplayClaims.of(connection, stream, window);
        WindowWriter.Applied applied = switch (mode) {
            case PLAIN -> writer.write(connection, claims.events(), claims.deltas(), false);
            case GUARDED -> writer.write(connection, claims.events(), claims.deltas(), true);
            case CAREFUL -> CarefulWindow.write(writer, connection, claims.events());
        };
        List<DeadLetter> letters = new ArrayList<>(claims.deadLetters());
        letters.addAll(applied.deadLetters());
        Map<ReasonClass, Integer> written = deadLetterWriter.write(connection, letters);
        int kept = written.values().stream().mapToInt(Integer::intValue).sum();
        // a bad event that was sent before is a duplicate as a good one is, and so is a replay that came before
        int deduplicated = claims.repeated() + applied.deduplicated() + letters.size() - kept;
        cursor.correct(connection, window, applied.applied(), deduplicated, kept);
        return new Effects(
                new CommitOutcome.Committed(applied.totals(), applied.applied(), deduplicated, kept), written);
    }

    @Override
    public DirectOutcome writeDirect(List<Event> events) {
        return DirectWindow.write(directParts, events);
    }

    @Override
    public Counts readCounts(Object entity) throws SQLException {
        return inTransaction(connection -> countReader.read(connection, entity));
    }

    @Override
    public Suspicion suspicion(long epoch, boolean blamed) throws SQLException {
        return inTransaction(connection -> suspects.read(connection, epoch, blamed));
    }

    @Override
    public boolean countStart(long epoch) throws SQLException {
        return inTransaction(connection -> suspects.countStart(connection, epoch));
    }

    @Override
    public boolean noteSuspect(long epoch, EntryId entry, int index) throws SQLException {
        return inTransaction(connection -> suspects.note(connection, epoch, entry, index));
    }

    @Override
    public void noteReason(long epoch, String reason) throws SQLException {
        inTransaction(connection -> suspects.reason(connection, epoch, reason.replace('\0', ' ')));
    }

    @Override
    public void rehearse(Event event) throws SQLException {
        writer.prepare(List.of(event));
        try (PooledSession session = new PooledSession(pool.getConnection())) {
            try {
                cursor.lock(session.connection);
                writer.write(session.connection, List.of(event), null, true);
                session.rollback();
            } catch (SQLException problem) {
                session.giveUp(WindowTransactions.isUsableAfter(problem));
                if (!(SqlStates.classify(problem) instanceof SqlStates.Failure.Poison)) {
                    throw problem;
                }
            } catch (ArithmeticException overflow) {
                // the window's own search finds it
                session.rollback();
            }
        }
    }

    /** Rolls back what a connection was at; one that can't be used again, or can't even do that, leaves the pool. */
    static void giveUp(HikariDataSource pool, Connection connection, boolean usable) {
        boolean keeps = usable;
        try {
            connection.rollback();
        } catch (SQLException alsoFailed) {
            LOG.debug("rollback failed: {}", DatabaseFailure.describe(alsoFailed));
            keeps = false;
        }
        if (!keeps) {
            pool.evictConnection(connection);
        }
    }

    private interface Work<T> {
        T run(Connection connection) throws SQLException;
    }

    private <T> T inTransaction(Work<T> work) throws SQLException {
        try (PooledSession session = new PooledSession(pool.getConnection())) {
            try {
                T result = work.run(session.connection);
                session.commit();
                return result;
            } catch (SQLException problem) {
                session.giveUp(WindowTransactions.isUsableAfter(problem));
                throw problem;
            }
        }
    }

    private final class PooledSessions implements WindowTransactions.Sessions {
        @Override
        public WindowTransactions.Session open() throws SQLException {
            return new PooledSession(pool.getConnection());
        }

        @Override
        public void terminated(int holders) {
            metrics.terminated(holders);
            try (var _ = LogFields.of(stream, partition)) {
                LOG.warn("{}: ended {} transactions of an earlier incarnation that held the cursor", name, holders);
            }
        }

        @Override
        public void searching(WindowCommit window, String reason) {
            metrics.carefulWindow();
            try (var _ = logFields(window)) {
                LOG.warn(
                        "{}: looking for the events in {} to {} that can't be applied: {}",
                        name,
                        window.from(),
                        window.to(),
                        reason);
            }
        }
    }

    private final class PooledSession implements WindowTransactions.Session {
        private final Connection connection;
        private Map<ReasonClass, Integer> deadLetters = Map.of();

        PooledSession(Connection connection) {
            this.connection = connection;
        }

        @Override
        public Started raiseEpoch(String owner) throws SQLException {
            Started started = cursor.raiseEpoch(connection, owner);
            notes.write(connection, started.cursor());
            return started;
        }

        @Override
        public int terminateHolders() throws SQLException {
            return cursor.terminateHolders(connection);
        }

        @Override
        public boolean advance(WindowCommit window) throws SQLException {
            return cursor.advance(connection, window);
        }

        @Override
        public String describeCursor() throws SQLException {
            return cursor.describe(connection);
        }

        @Override
        public CommitOutcome.Committed effects(WindowCommit window, WindowTransactions.Mode mode) throws SQLException {
            Effects effects = PostgresPartitionStore.this.effects(connection, window, mode);
            deadLetters = effects.deadLetters();
            return effects.outcome();
        }

        @Override
        public void commit() throws SQLException {
            connection.commit();
            metrics.deadLetters(deadLetters);
        }

        @Override
        public void rollback() throws SQLException {
            connection.rollback();
        }

        @Override
        public void giveUp(boolean usable) {
            PostgresPartitionStore.giveUp(pool, connection, usable);
        }

        @Override
        public void close() throws SQLException {
            connection.close();
        }
    }
}
