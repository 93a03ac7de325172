package io.weir.store;

import io.weir.fault.Failpoint;
import io.weir.fault.Failpoints;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Takes a partition's starts and windows through their transactions: what stands in one transaction, what each failure
 * means, which mode is tried next. Speaks no SQL; {@link Sessions} does. Thread-safe.
 */
public final class WindowTransactions {
    private static final int START_ATTEMPTS = 3;
    /** Duplicates come in series: a client that repeats itself, a file that is imported again. */
    private static final int GUARDED_WINDOWS_AFTER_A_DUPLICATE = 20;

    /** How a window's transaction treats its events, each slower and bearing more than the one before. */
    public enum Mode {
        /** No key is there already, and no event is refused. */
        PLAIN,
        /** No event is refused. */
        GUARDED,
        CAREFUL
    }

    /** Where connections come from, and who is told what happens. */
    public interface Sessions {
        Session open() throws SQLException;

        /** So many transactions of an earlier incarnation that held the cursor were ended. */
        void terminated(int holders);

        /** The culprits of a window are looked for. */
        void searching(WindowCommit window, String reason);
    }

    /** A connection; a transaction begins with the first call after its opening, a commit or a rollback. */
    public interface Session extends AutoCloseable {
        /** Raises the epoch, once whoever holds the cursor lets go of it. */
        PartitionStore.Started raiseEpoch(String owner) throws SQLException;

        /** Ends the transactions that hold the cursor; answers how many there were. */
        int terminateHolders() throws SQLException;

        /** Moves the cursor; answers false when it is another's or stands elsewhere. */
        boolean advance(WindowCommit window) throws SQLException;

        /** Where the cursor is, for a person. */
        String describeCursor() throws SQLException;

        /** Writes all that the window brings. */
        CommitOutcome.Committed effects(WindowCommit window, Mode mode) throws SQLException;

        void commit() throws SQLException;

        void rollback() throws SQLException;

        /** Rolls back after a failure; a connection that is not {@code usable} is not used again. */
        void giveUp(boolean usable);

        @Override
        void close() throws SQLException;
    }

    /** What came of a transaction. */
    private sealed interface Attempt {
        record Ended(CommitOutcome outcome) implements Attempt {}

        /** An event was refused: the transaction is rolled back, and the next mode is to be tried. */
        record Refused(String reason, @Nullable String sqlState) implements Attempt {}
    }

    private final String name;
    private final boolean keyedRows;
    private final Sessions sessions;
    private final AtomicInteger guardedWindows = new AtomicInteger();

    /**
     * The transactions of one partition.
     *
     * @param name the partition, for a person
     * @param keyedRows whether rows keep their events' keys, so that there can be duplicates
     */
    public WindowTransactions(String name, boolean keyedRows, Sessions sessions) {
        this.name = name;
        this.keyedRows = keyedRows;
        this.sessions = sessions;
    }

    /** Fences every earlier incarnation; one whose transaction won't end is ended. */
    public PartitionStore.Started start(String owner) throws SQLException {
        for (int attempt = 1; ; attempt++) {
            try (Session session = sessions.open()) {
                try {
                    Failpoints.reach(Failpoint.BEFORE_EPOCH);
                    PartitionStore.Started started = session.raiseEpoch(owner);
                    session.commit();
                    Failpoints.reach(Failpoint.AFTER_EPOCH);
                    return started;
                } catch (SQLException problem) {
                    session.giveUp(isUsableAfter(problem));
                    if (!SqlStates.LOCK_NOT_AVAILABLE.equals(problem.getSQLState()) || attempt == START_ATTEMPTS) {
                        throw problem;
                    }
                    int terminated = session.terminateHolders();
                    session.rollback();
                    sessions.terminated(terminated);
                }
            }
        }
    }

    /** Writes a window in one transaction, in each mode until one bears it. */
    public CommitOutcome commit(WindowCommit window) {
        Mode mode = keyedRows && guardedWindows.get() > 0 ? Mode.GUARDED : Mode.PLAIN;
        while (true) {
            switch (transaction(window, mode)) {
                case Attempt.Ended ended -> {
                    noteDuplicates(mode, ended.outcome());
                    return ended.outcome();
                }
                case Attempt.Refused refused -> {
                    if (mode == Mode.CAREFUL) {
                        return new CommitOutcome.Failed("refused even event by event: " + refused.reason());
                    }
                    boolean duplicate =
                            mode == Mode.PLAIN && keyedRows && SqlStates.UNIQUE_VIOLATION.equals(refused.sqlState());
                    mode = duplicate ? Mode.GUARDED : Mode.CAREFUL;
                    if (mode == Mode.CAREFUL) {
                        sessions.searching(window, refused.reason());
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
        try (Session session = sessions.open()) {
            boolean committing = false;
            try {
                Failpoints.reach(Failpoint.BEFORE_CURSOR);
                if (!session.advance(window)) {
                    String detail = session.describeCursor();
                    session.rollback();
                    return new Attempt.Ended(new CommitOutcome.Fenced(name + ": " + detail
                            + "; the window goes on from " + window.from() + " in epoch " + window.epoch()));
                }
                Failpoints.reach(Failpoint.AFTER_CURSOR);
                CommitOutcome.Committed committed = session.effects(window, mode);
                committing = true;
                Failpoints.reach(Failpoint.BEFORE_COMMIT);
                session.commit();
                Failpoints.reach(Failpoint.AFTER_COMMIT);
                return new Attempt.Ended(committed);
            } catch (SQLException problem) {
                session.giveUp(isUsableAfter(problem));
                return committing && !SqlStates.certainlyRolledBack(problem)
                        ? new Attempt.Ended(new CommitOutcome.Unknown(name + ": " + DatabaseFailure.describe(problem)))
                        : attempt(problem);
            } catch (ArithmeticException overflow) {
                session.rollback();
                return new Attempt.Refused("the sum of some events does not fit", SqlStates.NUMERIC_VALUE_OUT_OF_RANGE);
            }
        } catch (SQLException problem) {
            return attempt(problem);
        }
    }

    /** What a failure means before a window's transaction has begun. */
    static CommitOutcome outcomeOf(SQLException problem) {
        return attempt(problem) instanceof Attempt.Ended ended
                ? ended.outcome()
                : new CommitOutcome.Stopped(DatabaseFailure.describe(problem), SqlStates.state(problem));
    }

    private static Attempt attempt(SQLException problem) {
        String state = SqlStates.state(problem);
        String reason = DatabaseFailure.describe(problem);
        return switch (SqlStates.classify(problem)) {
            case SqlStates.Failure.Conflict conflict ->
                new Attempt.Ended(new CommitOutcome.RetryLater(reason, state, false));
            case SqlStates.Failure.Away away -> new Attempt.Ended(new CommitOutcome.RetryLater(reason, state, true));
            case SqlStates.Failure.Poison poison -> new Attempt.Refused(reason, state);
            case SqlStates.Failure.Misconfigured misconfigured ->
                new Attempt.Ended(new CommitOutcome.Stopped(reason, state));
        };
    }

    /** Whether a connection that met this failure can be used again. */
    static boolean isUsableAfter(SQLException problem) {
        return switch (SqlStates.classify(problem)) {
            case SqlStates.Failure.Poison poison -> true;
            case SqlStates.Failure.Conflict conflict ->
                !SqlStates.FEATURE_NOT_SUPPORTED.equals(problem.getSQLState())
                        && !SqlStates.UNKNOWN_STATEMENT_NAME.equals(problem.getSQLState());
            case SqlStates.Failure.Away away -> false;
            case SqlStates.Failure.Misconfigured misconfigured -> false;
        };
    }
}
