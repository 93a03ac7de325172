package io.weir.simulation;

import io.weir.definition.StreamDefinition;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One run of the protocol in the order, and with the faults, that a seed says. Then everything is mended, the partition
 * comes to rest, and what PostgreSQL holds is compared with what was accepted.
 */
final class Schedule {
    /**
     * What came of a schedule.
     *
     * @param violation what is wrong; null when nothing is
     * @param trace its steps, when they were asked for
     */
    @SuppressWarnings("ArrayRecordComponent") // summed up, never compared
    record Result(
            long seed,
            int disorder,
            long steps,
            @Nullable String violation,
            String trace,
            long[] faults,
            long[] seen) {}

    /** Steps of disorder before everything is mended. */
    static final int MAX_DISORDER = 160;

    private static final int MAX_STEPS_TO_REST = 4_000;

    private final World world;
    private final SimulatedRedis redis;
    private final SimulatedDatabase database;
    private final SimulatedClients clients;
    private final StreamDefinition definition;
    private final List<SimulatedProcess> processes = new ArrayList<>();
    private final boolean keyed;
    private int disorder;
    private int started;

    private Schedule(long seed, int disorder, boolean traced) {
        this.world = new World(seed, traced);
        this.disorder = disorder;
        boolean keyed = world.random.nextBoolean();
        this.definition =
                keyed && world.random.nextBoolean() ? SimulatedStream.WITH_KEYED_ROWS : SimulatedStream.WITHOUT_ROWS;
        this.redis = new SimulatedRedis(world);
        this.keyed = keyed;
        this.database = new SimulatedDatabase(world, keyed);
        this.clients = new SimulatedClients(world, redis, keyed);
        for (Fault fault : Fault.values()) {
            if (world.chance(30)) {
                world.faults.add(fault);
            }
        }
    }

    /** Runs one, with at most {@code disorder} steps before it is mended. */
    static Result run(long seed, int disorder, boolean traced) {
        Schedule schedule = new Schedule(seed, disorder, traced);
        try {
            schedule.run();
        } catch (RuntimeException failure) {
            schedule.world.violate("failed: " + failure);
        }
        World world = schedule.world;
        return new Result(
                seed, disorder, world.steps(), world.violation(), world.trace(), world.faultCounts, world.seenCounts);
    }

    private void run() {
        world.log(null, keyed ? "a keyed stream" : "a stream without keys");
        startProcess();
        world.meanwhile(this::disorderlyStep);
        while (disorder > 0) {
            disorderlyStep();
        }
        world.meanwhile(null);
        boolean canFailOver = world.faults.contains(Fault.DATABASE_FAILED_OVER_WITH_A_LAG);
        world.log(null, "everything is mended");
        mend();
        rest();
        if (canFailOver && world.chance(30)) {
            world.log(null, "FAULT ", Fault.DATABASE_FAILED_OVER_WITH_A_LAG, " that nobody notices");
            database.failOver();
        }
        if (world.chance(50)) {
            world.log(null, "nothing comes for a while");
            idle();
        }
        // what goes wrong in silence shows when events come again
        clients.send();
        rest();
        idle();
        if (world.violation() == null) {
            new Verdict(world, clients, redis, database.state()).check();
        }
    }

    private void disorderlyStep() {
        if (disorder <= 0) {
            world.meanwhile(null);
            return;
        }
        disorder--;
        processes.removeIf(SimulatedProcess::isDead);
        int dice = world.random.nextInt(100);
        if (dice < 6) {
            Fault[] kinds = Fault.values();
            strike(kinds[world.random.nextInt(kinds.length)]);
        } else if (dice < 20) {
            clients.send();
        } else if (dice < 25) {
            redis.save();
        } else if (dice < 30) {
            world.pass(world.chance(20) ? 100 : world.random.nextInt(15));
        } else if (dice < 36) {
            processes.forEach(SimulatedProcess::tick);
        } else if (dice < 40) {
            redis.wakeReaders();
        } else {
            world.step();
        }
    }

    private void startProcess() {
        SimulatedProcess process = new SimulatedProcess(world, redis, database, definition, "P" + ++started);
        processes.add(process);
        world.log(process, "starts");
        process.start();
    }

    private void takeOver() {
        if (processes.stream().allMatch(process -> process.isDead() || process.isRetired())) {
            startProcess();
        }
    }

    private void strike(Fault fault) {
        if (!world.faults.contains(fault)) {
            return;
        }
        if (processes.isEmpty()) {
            return;
        }
        SimulatedProcess any = processes.get(world.random.nextInt(processes.size()));
        boolean struck = true;
        world.log(null, "FAULT ", fault, " (", any, ")");
        switch (fault) {
            case KILL -> {
                any.kill();
                world.later(null, this::takeOver, "another process takes over");
            }
            case FREEZE -> any.freeze(1 + world.random.nextInt(60));
            case SECOND_OWNER -> startProcess();
            case REDIS_CONNECTION_LOST -> any.loseConnection();
            case REDIS_ROLLED_BACK -> redis.rollBack();
            case REDIS_PROMOTED_WITH_A_SLOW_CLOCK -> redis.promoteReplica();
            case REDIS_FLUSHED -> redis.flush();
            case GROUP_DESTROYED -> redis.destroyAGroup();
            case GROUP_SET_BACK -> redis.setGroupsBack();
            case CONSUMER_DELETED -> redis.deleteConsumers();
            case DATABASE_CRASHED -> database.crash();
            case DATABASE_AWAY -> {
                database.crash();
                database.setAway(true);
                world.later(null, () -> database.setAway(false), "the database is back");
            }
            case DATABASE_FAILED_OVER_WITH_A_LAG -> database.failOver();
            case TABLE_MISSING -> {
                database.setTableMissing(true);
                world.later(null, () -> database.setTableMissing(false), "the table is there");
            }
            case COMMIT_TIMED_OUT -> struck = any.timeOutCommit();
            // these strike where they can
            case READ_REPLY_LOST, APPEND_REPLY_LOST, DATABASE_CONNECTION_LOST, COMMIT_REPLY_LOST, DEADLOCK ->
                struck = false;
        }
        if (struck) {
            world.note(fault);
        }
    }

    private void mend() {
        world.faults.clear();
        database.setAway(false);
        database.setTableMissing(false);
        processes.forEach(SimulatedProcess::thaw);
        processes.removeIf(SimulatedProcess::isDead);
        if (processes.isEmpty()) {
            startProcess();
        }
        int stays = world.random.nextInt(processes.size());
        for (int i = 0; i < processes.size(); i++) {
            if (i != stays) {
                processes.get(i).retire();
            }
        }
    }

    /** Takes every step that is left, until all wait for something new. */
    private void rest() {
        for (int i = 0; i < MAX_STEPS_TO_REST; i++) {
            if (!world.step()) {
                return;
            }
        }
        world.violate("does not come to rest");
    }

    /** Lets more than a retention pass. */
    private void idle() {
        long ticks = SimulatedStream.RETENTION.dividedBy(SimulatedStream.TRIM_INTERVAL) + 2;
        for (int i = 0; i < ticks; i++) {
            world.pass(SimulatedStream.TRIM_INTERVAL.toMillis());
            processes.forEach(SimulatedProcess::tick);
            rest();
        }
    }
}
