package io.weir.store;

import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.weir.definition.RowTable;
import io.weir.definition.StreamDefinition;
import io.weir.event.EntryId;
import io.weir.settings.StoreSettings;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A partition's cursor and effects in PostgreSQL. Thread-safe, though the protocol has one window at a time. */
final class PostgresPartitionStore implements PartitionStore {
    private static final Logger LOG = LoggerFactory.getLogger(PostgresPartitionStore.class);

    private final HikariDataSource pool;
    private final String name;
    private final CursorStatements cursor;
    private final WindowWriter writer;
    private final DeadLetterWriter deadLetterWriter;
    private final CountReader countReader;
    private final StoreMetrics metrics;
    private final WindowTransactions transactions;

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
        this.writer = new WindowWriter(definition, catalog);
        this.deadLetterWriter = new DeadLetterWriter(definition.name(), partition);
        this.countReader = new CountReader(definition, partition, catalog, writer, settings.statementTimeout());
        this.metrics = new StoreMetrics(meters, definition.name());
        boolean keyedRows = definition.rows().stream().map(RowTable::keyColumn).anyMatch(column -> column != null);
        this.transactions = new WindowTransactions(name, keyedRows, new PooledSessions());
    }

    @Override
    public Started start(String owner) throws SQLException {
        return transactions.start(owner);
    }

    @Override
    public boolean confirms(long epoch, EntryId entry) throws SQLException {
        try (PooledSession session = new PooledSession(pool.getConnection())) {
            try {
                boolean confirmed = cursor.confirms(session.connection, epoch, entry);
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
            outcome = transactions.commit(window);
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

    private CommitOutcome.Committed effects(Connection connection, WindowCommit window, WindowTransactions.Mode mode)
            throws SQLException {
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

    @Override
    public Counts readCounts(Object entity) throws SQLException {
        try (PooledSession session = new PooledSession(pool.getConnection())) {
            try {
                Counts counts = countReader.read(session.connection, entity);
                session.rollback();
                return counts;
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
            LOG.warn("{}: ended {} transactions of an earlier incarnation that held the cursor", name, holders);
        }

        @Override
        public void searching(WindowCommit window, String reason) {
            metrics.carefulWindow();
            LOG.warn(
                    "{}: looking for the events in {} to {} that can't be applied: {}",
                    name,
                    window.from(),
                    window.to(),
                    reason);
        }
    }

    private final class PooledSession implements WindowTransactions.Session {
        private final Connection connection;

        PooledSession(Connection connection) {
            this.connection = connection;
        }

        @Override
        public Started raiseEpoch(String owner) throws SQLException {
            return cursor.raiseEpoch(connection, owner);
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
            return PostgresPartitionStore.this.effects(connection, window, mode);
        }

        @Override
        public void commit() throws SQLException {
            connection.commit();
        }

        @Override
        public void rollback() throws SQLException {
            connection.rollback();
        }

        @Override
        public void giveUp(boolean usable) {
            boolean keeps = usable;
            try {
                connection.rollback();
            } catch (SQLException alsoFailed) {
                LOG.debug("{}: rollback failed", name, alsoFailed);
                keeps = false;
            }
            if (!keeps) {
                pool.evictConnection(connection);
            }
        }

        @Override
        public void close() throws SQLException {
            connection.close();
        }
    }
}
