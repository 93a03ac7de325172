package io.weir.simulation;

import io.weir.event.EntryId;
import io.weir.log.LogEntry;
import io.weir.log.PartitionReader;
import io.weir.log.PartitionTakeover;
import io.weir.log.ReaderFailure;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** An incarnation's reader: each command is a step of the server's and, when nothing is lost, one that answers it. */
final class SimulatedReader implements PartitionReader, PartitionTakeover.Commands {
    private final World world;
    private final SimulatedRedis redis;
    private final SimulatedProcess process;
    private int generation;
    private String group = "";
    private boolean askingElsewhere;
    private boolean closed;

    SimulatedReader(World world, SimulatedRedis redis, SimulatedProcess process) {
        this.world = world;
        this.redis = redis;
        this.process = process;
        this.generation = redis.generation();
    }

    @Override
    public CompletionStage<Begun> begin(long epoch, EntryId cursor, EntryId readFrom) {
        group = PartitionTakeover.groupName(epoch, world.random.nextLong());
        generation = redis.generation();
        if (cursor.isAfter(readFrom)) {
            world.saw(Seen.REWOUND);
        }
        return PartitionTakeover.run(this, group, cursor, readFrom)
                .thenApply(taken -> new Begun(0, taken.predecessorPending(), taken.tailLost()));
    }

    @Override
    public CompletionStage<Boolean> isBehind(EntryId cursor, long checksum) {
        // asked over the connection of the writers, which is made again when it was lost
        askingElsewhere = true;
        return PartitionTakeover.lostTail(this, cursor, checksum)
                .whenComplete((behind, failure) -> askingElsewhere = false);
    }

    @Override
    public CompletableFuture<List<PartitionTakeover.Group>> groups() {
        return command(redis::groups, "XINFO GROUPS");
    }

    @Override
    public CompletableFuture<?> destroyGroup(PartitionTakeover.Group old) {
        return command(() -> redis.destroyGroup(old.name()), "XGROUP DESTROY ", old.name());
    }

    @Override
    public CompletableFuture<?> createGroup(String name, EntryId readFrom) {
        return command(() -> redis.createGroup(name, readFrom), "XGROUP CREATE ", name, " ", readFrom);
    }

    @Override
    public CompletableFuture<EntryId> lastId() {
        return command(redis::lastId, "XINFO STREAM");
    }

    @Override
    public CompletableFuture<Long> checksum(EntryId id) {
        return command(() -> redis.checksum(id), "XRANGE ", id);
    }

    @Override
    public CompletableFuture<?> raiseLastId(EntryId id, EntryId last) {
        return command(() -> redis.raiseLastId(id), "XSETID ", id);
    }

    @Override
    public CompletionStage<List<LogEntry>> read(int maxEntries, Duration block) {
        CompletableFuture<List<LogEntry>> answer = new CompletableFuture<>();
        world.later(null, () -> serve(maxEntries, answer, false), process, ": XREADGROUP arrives");
        return answer;
    }

    private void serve(int maxEntries, CompletableFuture<List<LogEntry>> answer, boolean waited) {
        if (isBroken()) {
            fail(answer, new ReaderFailure(ReaderFailure.Reason.UNAVAILABLE, "connection lost"));
            return;
        }
        try {
            List<LogEntry> entries = redis.read(group, maxEntries);
            if (entries == null && waited && world.chance(30)) {
                reply(answer, List.of());
            } else if (entries == null) {
                redis.block(() -> serve(maxEntries, answer, true));
            } else if (world.strikes(Fault.READ_REPLY_LOST, 5)) {
                fail(answer, new ReaderFailure(ReaderFailure.Reason.UNAVAILABLE, "the reply was lost"));
            } else {
                reply(answer, entries);
            }
        } catch (ReaderFailure failure) {
            if (failure.reason() == ReaderFailure.Reason.GROUP_GONE) {
                world.saw(Seen.GROUP_GONE);
            }
            fail(answer, failure);
        }
    }

    @Override
    public CompletionStage<Void> acknowledge(List<EntryId> entries, int events) {
        return oneWay(() -> redis.acknowledge(group, entries), "XACK");
    }

    @Override
    public CompletionStage<Void> trim(EntryId minimum) {
        return oneWay(() -> redis.trim(minimum), "XTRIM MINID ~ ", minimum);
    }

    @Override
    public CompletionStage<Void> countAhead() {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<@Nullable EntryId> lastEntry() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void caughtUp(long uncommittedEvents) {}

    @Override
    public void close() {
        closed = true;
        redis.wakeReaders();
    }

    /** Ends the connection, as a network does. */
    void loseConnection() {
        generation = -1;
        redis.wakeReaders();
    }

    private boolean isBroken() {
        return closed || (!askingElsewhere && generation != redis.generation());
    }

    private <T> CompletableFuture<T> command(Supplier<T> effect, Object... name) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        world.later(null, () -> execute(effect, answer), process, ": ", List.of(name));
        return answer;
    }

    private <T> void execute(Supplier<T> effect, CompletableFuture<T> answer) {
        if (isBroken()) {
            fail(answer, new ReaderFailure(ReaderFailure.Reason.UNAVAILABLE, "connection lost"));
            return;
        }
        try {
            reply(answer, effect.get());
        } catch (ReaderFailure failure) {
            fail(answer, failure);
        }
    }

    /** Over the connection of the writers, on which nobody waits: done at any later time, or never. */
    private CompletableFuture<Void> oneWay(Runnable effect, Object... name) {
        int sentOver = redis.generation();
        world.later(
                null,
                () -> {
                    if (sentOver == redis.generation()) {
                        effect.run();
                    }
                },
                process,
                ": ",
                List.of(name));
        return CompletableFuture.completedFuture(null);
    }

    private <T> void reply(CompletableFuture<T> answer, T value) {
        world.later(process, () -> answer.complete(value), "redis answers");
    }

    private void fail(CompletableFuture<?> answer, ReaderFailure failure) {
        world.later(process, () -> answer.completeExceptionally(failure), "redis fails: ", failure);
    }
}
