package io.weir.simulation;

import io.weir.event.EntityDelta;
import io.weir.event.EntryId;
import io.weir.event.Event;
import io.weir.store.CommitOutcome;
import io.weir.store.CursorCondition;
import io.weir.store.DeadLetter;
import io.weir.store.PartitionStore;
import io.weir.store.SurvivorDeltas;
import io.weir.store.WindowCommit;
import io.weir.store.WindowTransactions.Mode;
import io.weir.store.WindowTransactions.Session;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A connection of a process, and the backend that serves it. Around each statement others may take their steps. */
final class SimulatedSession implements Session {
    /** The process died in the middle of a call. */
    @SuppressWarnings("serial") // thrown within the simulation only
    static final class ProcessDied extends RuntimeException {
        ProcessDied() {
            super(null, null, false, false);
        }
    }

    private final World world;
    private final SimulatedDatabase database;
    private final SimulatedProcess process;
    private SimulatedDatabase.Change change = new SimulatedDatabase.Change();
    private boolean inWindow;
    private boolean terminated;
    private boolean inDoubt;

    SimulatedSession(World world, SimulatedDatabase database, SimulatedProcess process) {
        this.world = world;
        this.database = database;
        this.process = process;
    }

    SimulatedProcess process() {
        return process;
    }

    boolean isInWindow() {
        return inWindow;
    }

    /** The server ends this backend. */
    void terminate() {
        if (terminated) {
            return;
        }
        if (inDoubt && world.chance(50)) {
            database.commit(this, change);
        }
        world.log(process, "its backend is terminated");
        terminated = true;
        end();
    }

    @Override
    public PartitionStore.Started raiseEpoch(String owner) throws SQLException {
        statement();
        lock();
        change.epoch = database.state().epoch + 1;
        return new PartitionStore.Started(
                change.epoch, database.state().cursor, database.state().checksum, database.state().windows);
    }

    @Override
    public int terminateHolders() throws SQLException {
        statement();
        return database.terminateWindows(this);
    }

    @Override
    public boolean advance(WindowCommit window) throws SQLException {
        inWindow = true;
        statement();
        lock();
        if (!CursorCondition.holds(window, database.state().epoch, database.state().cursor, database.state().windows)) {
            if (window.epoch() < database.state().epoch) {
                world.saw(Seen.OWNER_OF_OLD_EPOCH_FENCED);
            }
            return false;
        }
        change.cursor = window.to();
        change.isWindow = true;
        change.checksum = window.checksum();
        change.staysAtCursor = window.from().equals(window.to());
        change.windowEpoch = window.epoch();
        return true;
    }

    @Override
    public String describeCursor() {
        return "the cursor is at " + database.state().cursor + ", epoch " + database.state().epoch;
    }

    @Override
    public CommitOutcome.Committed effects(WindowCommit window, Mode mode) throws SQLException {
        statement();
        if (world.strikes(Fault.DEADLOCK, 5)) {
            throw new SQLException("deadlock detected", "40P01");
        }
        if (database.isTableMissing()) {
            throw new SQLException("relation does not exist", "42P01");
        }
        List<Event> writable = new ArrayList<>();
        List<DeadLetter> letters = new ArrayList<>(window.deadLetters());
        for (Event event : window.events()) {
            if (!Long.valueOf(SimulatedEvent.REFUSED).equals(event.values()[1])) {
                writable.add(event);
            } else if (mode == Mode.CAREFUL) {
                letters.add(
                        new DeadLetter(event.entryId(), event.index(), event.json(), "refused", "23514", event.key()));
            } else {
                throw new SQLException("violates a check constraint", "23514");
            }
        }
        List<Event> survivors = insert(writable, mode);
        @Nullable List<EntityDelta> given = mode == Mode.CAREFUL ? null : window.deltas();
        List<Event> events = mode == Mode.CAREFUL ? writable : window.events();
        for (EntityDelta delta : SurvivorDeltas.of(SimulatedStream.WITHOUT_ROWS, events, survivors, given)) {
            if (delta.value(0, 0) instanceof Long sum) {
                change.sums.merge(delta.entity(), sum, Long::sum);
            }
        }
        for (Event event : survivors) {
            change.applied.add(((Long) event.values()[SimulatedStream.NUMBER_FIELD]).intValue());
        }
        int kept = keep(letters);
        int duplicates = writable.size() - survivors.size() + letters.size() - kept;
        if (duplicates > 0) {
            world.saw(Seen.DEDUPLICATED);
        }
        if (kept > 0) {
            world.saw(Seen.DEAD_LETTERED);
        }
        return new CommitOutcome.Committed(Map.of(), survivors.size(), duplicates, kept);
    }

    /** What of the events is new; in a plain window all of them are, or none is written. */
    private List<Event> insert(List<Event> events, Mode mode) throws SQLException {
        if (!database.isKeyed()) {
            return events;
        }
        List<Event> inserted = new ArrayList<>();
        for (Event event : events) {
            String key = event.key();
            if (key == null || (!database.state().keys.contains(key) && change.keys.add(key))) {
                inserted.add(event);
            } else if (mode == Mode.PLAIN) {
                throw new SQLException("duplicate key value", "23505");
            }
        }
        return inserted;
    }

    private int keep(List<DeadLetter> letters) {
        int kept = 0;
        for (DeadLetter letter : letters) {
            int number = SimulatedEvent.numberOf(letter.raw());
            // an entry of another content may have been given the same ID
            String identity = letter.entryId() + "/" + letter.index() + "/" + number;
            boolean there =
                    database.state().deadLetters.containsKey(identity) || change.deadLetters.containsKey(identity);
            String key = letter.key();
            if (!there && (key == null || (!database.state().deadKeys.contains(key) && change.deadKeys.add(key)))) {
                change.deadLetters.put(identity, number);
                kept++;
            }
        }
        return kept;
    }

    @Override
    public void commit() throws SQLException {
        statement();
        if (world.strikes(Fault.COMMIT_REPLY_LOST, 8)) {
            switch (world.random.nextInt(3)) {
                case 0 -> {
                    world.saw(Seen.UNKNOWN_COMMIT_THAT_WAS_LOST);
                    terminate();
                }
                case 1 -> {
                    world.saw(Seen.UNKNOWN_COMMIT_THAT_HELD);
                    database.commit(this, change);
                    terminated = true;
                    end();
                }
                default -> {
                    // the server is still at it, and holds the row, when the client has given up
                    inDoubt = true;
                    world.later(null, this::endInDoubt, process, ": its COMMIT ends on the server");
                }
            }
            throw lost();
        }
        EntryId cursor = change.cursor;
        database.commit(this, change);
        change = new SimulatedDatabase.Change();
        if (cursor != null) {
            world.saw(Seen.COMMITTED);
        }
        if (world.chance(10)) {
            world.pause();
            checkAlive();
        }
    }

    private void endInDoubt() {
        if (!terminated) {
            boolean holds = world.chance(70);
            world.saw(holds ? Seen.UNKNOWN_COMMIT_THAT_HELD : Seen.UNKNOWN_COMMIT_THAT_WAS_LOST);
            if (holds) {
                database.commit(this, change);
            }
            terminated = true;
            end();
        }
    }

    @Override
    public void rollback() throws SQLException {
        if (terminated) {
            throw lost();
        }
        if (!inDoubt) {
            change = new SimulatedDatabase.Change();
            database.unlock(this);
        }
    }

    @Override
    public void giveUp(boolean usable) {
        if (!inDoubt) {
            change = new SimulatedDatabase.Change();
            database.unlock(this);
        }
    }

    @Override
    public void close() {
        if (!inDoubt && !process.isDead()) {
            end();
        }
    }

    /** The server notices, some time, that its client is dead. */
    void abandon() {
        world.later(null, this::terminate, process, ": its backend notices the client's death");
    }

    private void end() {
        inDoubt = false;
        inWindow = false;
        database.unlock(this);
        database.closed(this);
    }

    private void statement() throws SQLException {
        world.pause();
        checkAlive();
        if (terminated) {
            throw lost();
        }
        if (world.strikes(Fault.DATABASE_CONNECTION_LOST, 2)) {
            terminate();
            throw lost();
        }
    }

    private void lock() throws SQLException {
        if (database.isLocked(this)) {
            world.pause();
            checkAlive();
        }
        if (terminated) {
            throw lost();
        }
        database.lock(this);
    }

    private void checkAlive() {
        if (process.isDead()) {
            abandon();
            throw new ProcessDied();
        }
    }

    private static SQLException lost() {
        return new SQLException("connection lost", SimulatedDatabase.CONNECTION_LOST);
    }
}
