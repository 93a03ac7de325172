package io.weir.log;

import io.weir.event.EntryId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * How an incarnation makes a partition's stream its own before it reads: away with earlier groups, a group that nobody
 * else reads, the last ID at or above the cursor. Decides in which order and on what; {@link Commands} speaks to Redis.
 */
public final class PartitionTakeover {
    /** The groups of all incarnations of all versions begin so; others on the same key are somebody else's. */
    private static final String GROUP_PREFIX = "weir.";

    /** What it needs of Redis. */
    public interface Commands {
        /** All groups of the stream; none when there is no stream. */
        CompletableFuture<List<Group>> groups();

        CompletableFuture<?> destroyGroup(Group group);

        /** Creates a group that reads on after {@code readFrom}, and the stream when there is none. */
        CompletableFuture<?> createGroup(String name, EntryId readFrom);

        /** The highest ID that the stream has given; 0-0 when there is no stream. */
        CompletableFuture<EntryId> lastId();

        /** The checksum of the entry of this ID; 0 when there is none. */
        CompletableFuture<Long> checksum(EntryId id);

        /** Makes the stream give IDs above {@code id} only; fails when an entry stands above it. */
        CompletableFuture<?> raiseLastId(EntryId id, EntryId last);
    }

    /** A consumer group. */
    public record Group(String name, long pending) {}

    /**
     * What was found.
     *
     * @param predecessorPending entries that earlier groups had delivered and not seen acknowledged
     * @param tailLost whether the last ID stood below the cursor
     */
    public record Taken(long predecessorPending, boolean tailLost) {}

    private PartitionTakeover() {}

    /**
     * The group of an incarnation. An epoch alone would not do: after a failover to a standby that lagged, one is given
     * again.
     */
    public static String groupName(long epoch, long nonce) {
        return GROUP_PREFIX + epoch + "-" + Long.toHexString(nonce);
    }

    /**
     * Whether Redis lost entries that are committed, so that new ones may have been given IDs up to the cursor. The last
     * ID alone does not say so for long: new entries pass the cursor, and an incarnation that raised it may have ended
     * before it committed what it went back for. The entry at the cursor does: trimming stops before it. A replica that was
     * promoted and whose clock is behind may have given the cursor's very ID again, so what it holds is compared, too.
     *
     * @param checksum of what the entry at the cursor held; 0 where nobody noted it
     */
    public static CompletableFuture<Boolean> lostTail(Commands commands, EntryId cursor, long checksum) {
        return commands.lastId()
                .thenCompose(last -> cursor.isAfter(last) || cursor.equals(EntryId.ZERO)
                        ? CompletableFuture.completedFuture(cursor.isAfter(last))
                        : commands.checksum(cursor)
                                .thenApply(found -> found == 0 || (checksum != 0 && found != checksum)));
    }

    /** Takes the stream over for an incarnation that begins at {@code cursor} and reads on after {@code readFrom}. */
    public static CompletableFuture<Taken> run(Commands commands, String group, EntryId cursor, EntryId readFrom) {
        return commands.groups()
                .thenCompose(groups -> destroyOurs(commands, groups))
                .thenCompose(pending -> commands.createGroup(group, readFrom)
                        .thenCompose(ignored -> commands.lastId())
                        .thenCompose(last -> raise(commands, cursor, last))
                        .thenApply(tailLost -> new Taken(pending, tailLost)));
    }

    private static CompletableFuture<Long> destroyOurs(Commands commands, List<Group> groups) {
        List<CompletableFuture<?>> destroyed = new ArrayList<>();
        long pending = 0;
        for (Group group : groups) {
            if (group.name().startsWith(GROUP_PREFIX)) {
                destroyed.add(commands.destroyGroup(group));
                pending += group.pending();
            }
        }
        long sum = pending;
        return CompletableFuture.allOf(destroyed.toArray(CompletableFuture[]::new))
                .thenApply(ignored -> sum);
    }

    private static CompletableFuture<Boolean> raise(Commands commands, EntryId cursor, EntryId last) {
        if (!cursor.isAfter(last)) {
            return CompletableFuture.completedFuture(false);
        }
        return commands.raiseLastId(cursor, last)
                .handle((ignored, problem) -> problem)
                .thenCompose(problem -> problem == null
                        ? CompletableFuture.completedFuture(true)
                        // an XADD that came in between has raised it
                        : commands.lastId()
                                .thenCompose(now -> cursor.isAfter(now)
                                        ? CompletableFuture.failedFuture(problem)
                                        : CompletableFuture.completedFuture(true)));
    }
}
