package io.weir.simulation;

import io.weir.event.EntryId;
import io.weir.store.WindowCommit;
import io.weir.store.WindowTransactions;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL with one cursor, keyed rows, counters and dead letters: transactions that hold the cursor's row, commits
 * whose outcome nobody was told, crashes, and a failover to a standby that lacks the last commits.
 */
final class SimulatedDatabase {
    /** What a transaction writes. */
    static final class Change {
        @Nullable
        Long epoch;

        @Nullable
        EntryId cursor;
        /** The epoch of the window; 0 for a start. */
        long windowEpoch;

        boolean isWindow;
        long checksum;
        /** Whether a window holds nothing but what was read again, so that the cursor stays where it is. */
        boolean staysAtCursor;

        long committedAt;
        final List<Integer> applied = new ArrayList<>();
        final Set<String> keys = new HashSet<>();
        final Map<Object, Long> sums = new HashMap<>();
        final Map<String, Integer> deadLetters = new HashMap<>();
        final Set<String> deadKeys = new HashSet<>();

        boolean isEmpty() {
            return epoch == null && !isWindow && applied.isEmpty() && sums.isEmpty() && deadLetters.isEmpty();
        }
    }

    /** What is committed. */
    static final class State {
        long epoch;
        EntryId cursor = EntryId.ZERO;
        long checksum;
        long windows;
        final Map<Integer, Integer> timesApplied = new HashMap<>();
        final Set<String> keys = new HashSet<>();
        final Map<Object, Long> sums = new HashMap<>();
        final Map<String, Integer> deadLetters = new HashMap<>();
        final Set<String> deadKeys = new HashSet<>();

        void apply(Change change) {
            epoch = change.epoch == null ? epoch : change.epoch;
            cursor = change.cursor == null ? cursor : change.cursor;
            checksum = change.cursor == null ? checksum : change.checksum;
            windows += change.isWindow ? 1 : 0;
            change.applied.forEach(number -> timesApplied.merge(number, 1, Integer::sum));
            keys.addAll(change.keys);
            change.sums.forEach((entity, sum) -> sums.merge(entity, sum, Long::sum));
            deadLetters.putAll(change.deadLetters);
            deadKeys.addAll(change.deadKeys);
        }
    }

    static final String CONNECTION_LOST = "08006";
    static final String LOCK_NOT_AVAILABLE = "55P03";

    private final World world;
    private final boolean keyed;
    private final List<Change> committed = new ArrayList<>();
    private final Set<SimulatedSession> sessions = new HashSet<>();
    private State state = new State();
    private @Nullable SimulatedSession lockHolder;
    private boolean away;
    private boolean tableMissing;

    SimulatedDatabase(World world, boolean keyed) {
        this.world = world;
        this.keyed = keyed;
    }

    State state() {
        return state;
    }

    boolean isKeyed() {
        return keyed;
    }

    boolean isTableMissing() {
        return tableMissing;
    }

    void setAway(boolean isAway) {
        away = isAway;
    }

    void setTableMissing(boolean isMissing) {
        tableMissing = isMissing;
    }

    /** The transactions of one process, decided by Weir's own code. */
    WindowTransactions transactions(SimulatedProcess process) {
        return new WindowTransactions("simulated", keyed, new WindowTransactions.Sessions() {
            @Override
            public WindowTransactions.Session open() throws SQLException {
                if (away || world.strikes(Fault.DATABASE_CONNECTION_LOST, 3)) {
                    throw new SQLException("no connection", "08001");
                }
                SimulatedSession session = new SimulatedSession(world, SimulatedDatabase.this, process);
                sessions.add(session);
                return session;
            }

            @Override
            public void terminated(int holders) {
                world.log(process, "terminated ", holders, " holders");
            }

            @Override
            public void searching(WindowCommit window, String reason) {}
        });
    }

    boolean confirms(long epoch, long windows) throws SQLException {
        if (away) {
            throw new SQLException("no connection", "08001");
        }
        return state.epoch == epoch && state.windows >= windows;
    }

    /** Whether another transaction holds the cursor's row. */
    boolean isLocked(SimulatedSession session) {
        return lockHolder != null && lockHolder != session;
    }

    /** Locks the cursor's row for a transaction. */
    void lock(SimulatedSession session) throws SQLException {
        if (isLocked(session)) {
            world.saw(Seen.LOCK_TIMEOUT);
            throw new SQLException("canceling statement due to lock timeout", LOCK_NOT_AVAILABLE);
        }
        lockHolder = session;
    }

    void commit(SimulatedSession session, Change change) {
        unlock(session);
        if (change.isEmpty()) {
            return;
        }
        if (change.windowEpoch > 0 && change.windowEpoch < state.epoch) {
            world.violate("a window of epoch " + change.windowEpoch + " was committed after the start of epoch "
                    + state.epoch);
        }
        change.committedAt = world.now();
        committed.add(change);
        state.apply(change);
        world.log(
                session.process(),
                "committed: cursor ",
                state.cursor,
                ", epoch ",
                state.epoch,
                ", events ",
                change.applied);
    }

    void unlock(SimulatedSession session) {
        if (lockHolder == session) {
            lockHolder = null;
        }
    }

    void closed(SimulatedSession session) {
        sessions.remove(session);
    }

    /** Ends the transactions of windows, as pg_terminate_backend does. */
    int terminateWindows(SimulatedSession by) {
        int terminated = 0;
        for (SimulatedSession session : List.copyOf(sessions)) {
            if (session != by && session.isInWindow()) {
                session.terminate();
                world.saw(Seen.HOLDER_TERMINATED);
                terminated++;
            }
        }
        return terminated;
    }

    /** Ends every transaction; one whose COMMIT was sent may have been committed. */
    void crash() {
        List.copyOf(sessions).forEach(SimulatedSession::terminate);
        sessions.clear();
        lockHolder = null;
    }

    /** A standby takes over that lacks what was committed in the last milliseconds. */
    void failOver() {
        crash();
        long since = world.now() - world.random.nextInt(SimulatedStream.MAX_STANDBY_LAG_MILLIS);
        int before = committed.size();
        for (Change change : committed) {
            if (change.committedAt >= since && change.staysAtCursor) {
                world.saw(Seen.REWOUND_WINDOW_UNDONE);
            }
        }
        committed.removeIf(change -> change.committedAt >= since);
        if (committed.size() < before) {
            world.saw(Seen.COMMIT_UNDONE_BY_FAILOVER);
            state = new State();
            committed.forEach(state::apply);
            world.log(null, "failover lost ", (before - committed.size()), " commits: cursor ", state.cursor);
        }
    }
}
