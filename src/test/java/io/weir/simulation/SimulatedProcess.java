package io.weir.simulation;

import io.weir.definition.StreamDefinition;
import io.weir.event.EntryId;
import io.weir.event.Event;
import io.weir.store.CommitOutcome;
import io.weir.store.DirectOutcome;
import io.weir.store.PartitionStore;
import io.weir.store.WindowCommit;
import io.weir.store.WindowTransactions;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** A Weir that owns the partition, or believes so: starts an incarnation after the other until it dies. */
final class SimulatedProcess implements PartitionStore, Executor {
    private final World world;
    private final SimulatedRedis redis;
    private final SimulatedDatabase database;
    private final String name;
    private final StreamDefinition definition;
    private final WindowTransactions transactions;
    private @Nullable SimulatedConsumer consumer;
    private boolean dead;
    private boolean retired;
    private long frozenUntil;

    SimulatedProcess(
            World world, SimulatedRedis redis, SimulatedDatabase database, StreamDefinition definition, String name) {
        this.world = world;
        this.redis = redis;
        this.name = name;
        this.definition = definition;
        this.database = database;
        this.transactions = database.transactions(this);
    }

    void start() {
        SimulatedConsumer started = new SimulatedConsumer(world, redis, this, definition);
        consumer = started;
        started.start();
    }

    /** What the supervisor does when an incarnation is over. */
    void startAnew(String reason) {
        world.log(this, "starts anew: ", reason);
        if (!retired) {
            world.later(this, this::start, "starts anew");
        }
    }

    boolean isDead() {
        return dead;
    }

    boolean isFrozen() {
        return world.now() < frozenUntil;
    }

    boolean isRetired() {
        return retired;
    }

    void kill() {
        dead = true;
        redis.wakeReaders();
    }

    /** Stops as a virtual machine does that is moved, or a process in a long collection. */
    void freeze(long millis) {
        frozenUntil = world.now() + millis;
    }

    void thaw() {
        frozenUntil = 0;
    }

    /** Goes on until its incarnation is over, and starts none. */
    void retire() {
        retired = true;
    }

    void tick() {
        if (consumer != null && !dead && !isFrozen()) {
            consumer.tickIfDue();
        }
    }

    void loseConnection() {
        if (consumer != null) {
            consumer.loseConnection();
        }
    }

    /** The window under way takes longer than may be; what the database makes of it goes on. */
    boolean timeOutCommit() {
        return consumer != null && consumer.timeOutCommit();
    }

    @Override
    public Started start(String owner) throws SQLException {
        Started started = transactions.start(owner);
        world.saw(Seen.STARTED);
        world.log(this, "epoch ", started.epoch(), ", cursor ", started.cursor());
        return started;
    }

    @Override
    public boolean confirms(long epoch, long windows) throws SQLException {
        return database.confirms(epoch, windows);
    }

    @Override
    public DirectOutcome writeDirect(List<Event> events) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CommitOutcome commit(WindowCommit window) {
        return transactions.commit(window);
    }

    // the simulation's events fail for no reason of their own
    @Override
    public Suspicion suspicion(long epoch, boolean blamed) {
        return Suspicion.NONE;
    }

    @Override
    public boolean countStart(long epoch) {
        throw new UnsupportedOperationException("no event is suspected");
    }

    @Override
    public boolean noteSuspect(long epoch, EntryId entry, int index) {
        throw new UnsupportedOperationException("no event is suspected");
    }

    @Override
    public void noteReason(long epoch, String reason) {
        throw new UnsupportedOperationException("no event is suspected");
    }

    @Override
    public void rehearse(Event event) {
        throw new UnsupportedOperationException("no event is suspected");
    }

    @Override
    public Counts readCounts(Object entity) {
        throw new UnsupportedOperationException("nobody asks");
    }

    /** Its threads for the database. */
    @Override
    public void execute(Runnable blocking) {
        world.later(this, blocking, "asks the database");
    }

    @Override
    public String toString() {
        return name;
    }
}
