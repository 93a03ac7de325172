package io.weir.log;

import io.lettuce.core.api.StatefulRedisConnection;
import io.weir.definition.StreamDefinition;
import io.weir.definition.StreamLayout;
import io.weir.event.EntryId;
import io.weir.fault.Failpoint;
import io.weir.fault.Failpoints;
import io.weir.log.AppendFailure.Reason;
import io.weir.logging.LogFields;
import io.weir.settings.LogSettings;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Appends to one partition. One XADD is in flight at a time; what arrives meanwhile goes into the next, so that entries
 * grow with the load and an idle partition waits for nothing.
 *
 * <p>The stages of one XADD complete together, as one task of the executor given, after the next XADD was sent: what
 * depends on them must not block. Failed ones complete on the connection's I/O thread or on that of the time limits.
 */
final class PartitionWriter implements AppendCommand.Outcome {
    private static final Logger LOG = LoggerFactory.getLogger(PartitionWriter.class);

    /** After this many command timeouts without an answer the connection is taken for dead. */
    private static final int TIMEOUTS_UNTIL_DEAD = 3;

    /** So often in a row is a command sent on at once; then the nodes don't agree yet, and the next sweep sends it. */
    private static final int MAX_REDIRECTIONS_AT_ONCE = 3;

    private static final long LOG_INTERVAL_NANOS = 10_000_000_000L;

    private final String key;
    private final String stream;
    private final int partition;
    private final StreamLayout layout;
    private final byte[] commandStart;
    private final boolean compress;
    /** Where items are appended once; null in a stream whose items always are. */
    private final OnceCommand.@Nullable Target once;

    private final long timeoutNanos;
    private final RedisRoute route;
    private final WaitingLimits limits;
    private final StreamDepth depth;
    private final StreamMeters meters;
    private final Executor completions;

    // guarded by this
    private final WaitingAppends waiting;
    private @Nullable AppendCommand inFlight;
    private int redirections;

    /** Since when nothing is sent, because the key moves to another node; 0 while it does not. Written under the lock. */
    private volatile long heldNanos;

    private volatile long lastLoggedNanos = System.nanoTime() - LOG_INTERVAL_NANOS;

    PartitionWriter(
            StreamDefinition definition,
            int partition,
            LogSettings settings,
            RedisRoute route,
            WaitingLimits limits,
            StreamDepth depth,
            StreamMeters meters,
            Executor completions) {
        this.key = definition.partitionKey(partition);
        this.stream = definition.name();
        this.partition = partition;
        this.layout = definition.layout();
        this.commandStart = XaddCommand.start(key);
        this.compress = definition.compress();
        this.once = definition.dedup().isByFields()
                ? OnceCommand.Target.of(key, definition.dedup().window())
                : null;
        this.waiting = new WaitingAppends(
                once == null ? settings.maxEntryEvents() : Math.min(settings.maxEntryEvents(), OnceCommand.MAX_ITEMS),
                settings.maxEntryBytes());
        this.timeoutNanos = settings.commandTimeout().toNanos();
        this.route = route;
        this.limits = limits;
        this.depth = depth;
        this.meters = meters;
        this.completions = completions;
    }

    CompletionStage<EntryId> append(List<LogItem> items, long maxDepth) {
        return enqueue(items, maxDepth).stage;
    }

    CompletionStage<List<EventLog.Place>> appendOnce(List<LogItem> items, long maxDepth) {
        if (once == null) {
            throw new IllegalArgumentException("the items of " + key + " are always appended");
        }
        PendingAppend append = enqueue(items, maxDepth);
        return append.stage.thenApply(entry -> append.places());
    }

    private PendingAppend enqueue(List<LogItem> items, long maxDepth) {
        int events = items.size();
        if (events == 0) {
            throw new IllegalArgumentException("nothing to append");
        }
        long bytes = 0;
        for (int index = 0; index < events; index++) {
            bytes += items.get(index).payload().length;
        }
        if (route.current() == null && heldNanos == 0) {
            return refused(Reason.UNAVAILABLE, items, "Redis is not connected");
        }
        if (!limits.reserve(events, bytes)) {
            return refused(Reason.OVERLOADED, items, "too many events wait for Redis");
        }
        if (!depth.reserve(partition, events, maxDepth)) {
            limits.release(events, bytes);
            return refused(Reason.STREAM_FULL, items, "the stream holds its limit of uncommitted events");
        }
        long now = System.nanoTime();
        PendingAppend append = new PendingAppend(items, bytes, now, once != null);
        boolean frozen;
        synchronized (this) {
            frozen = inFlight != null && now - inFlight.beganNanos > timeoutNanos;
            if (!frozen) {
                waiting.add(append);
            }
        }
        if (frozen) {
            limits.release(events, bytes);
            depth.release(partition, events);
            return refused(Reason.UNAVAILABLE, items, "Redis does not answer");
        }
        sendNext();
        return append;
    }

    @Override
    public void appended(AppendCommand command, AppendReply reply) {
        Failpoints.reach(Failpoint.AFTER_APPEND);
        int fresh = reply.fresh(command.events);
        EntryId id = reply.appended();
        if (id != null) {
            depth.appended(partition, fresh, id);
            meters.appended(fresh, command.bytes, command.storedBytes);
        }
        if (fresh < command.events) {
            depth.release(partition, command.events - fresh);
            meters.repeated(command.events - fresh);
        }
        limits.release(command.events, command.bytes);
        EntryId last = once == null ? Objects.requireNonNull(id) : putPlaces(command, reply);
        synchronized (this) {
            inFlight = null;
            redirections = 0;
        }
        sendNext();
        long now = System.nanoTime();
        completions.execute(() -> {
            for (AppendCommand.Part part : command.parts) {
                if (part.isLast() && part.append().stage.complete(last)) {
                    meters.answered(now - part.append().beganNanos);
                }
            }
        });
    }

    /** Tells each append where its items are; answers the entry of the last one. */
    private static EntryId putPlaces(AppendCommand command, AppendReply reply) {
        int item = 0;
        EntryId entry = EntryId.ZERO;
        for (AppendCommand.Part part : command.parts) {
            for (int index = part.from(); index < part.to(); index++) {
                EntryId earlier = reply.earlier().get(item++);
                entry = Objects.requireNonNull(earlier == null ? reply.appended() : earlier);
                part.append().put(index, new EventLog.Place(entry, earlier != null));
            }
        }
        return entry;
    }

    @Override
    public void refused(AppendCommand command, String error) {
        if (route.redirected(error)) {
            sendAgain(command, error.startsWith("MOVED"));
            return;
        }
        depth.release(partition, command.events);
        limits.release(command.events, command.bytes);
        endFailed(command);
        if (RedisSeals.isRefusal(error)) {
            // before anybody is told, who then asks where the items belong
            layout.sealed(partition);
            sendNext();
            failSealed(command);
            return;
        }
        logSometimes(error);
        if (error.startsWith("READONLY") || error.startsWith("MASTERDOWN")) {
            // the host's name may lead to another server by now
            route.drop(command.connection, error);
        }
        sendNext();
        fail(command, Reason.UNAVAILABLE, "Redis refused: " + error);
    }

    /** Redis did not execute it. It goes first when the next one is sent: at once, or with one of the next sweeps. */
    private void sendAgain(AppendCommand command, boolean moved) {
        meters.redirected();
        AppendCommand.Part orphan;
        synchronized (this) {
            inFlight = null;
            orphan = waiting.putBack(command.parts);
            redirections++;
            if (!moved || redirections > MAX_REDIRECTIONS_AT_ONCE || route.current() == null) {
                heldNanos = System.nanoTime() | 1;
            }
        }
        if (orphan != null) {
            depth.release(partition, orphan.to() - orphan.from());
            limits.release(orphan.to() - orphan.from(), orphan.bytes());
        }
        sendNext();
    }

    @Override
    public void lost(AppendCommand command, boolean wasWritten) {
        if (wasWritten) {
            depth.lost(partition, command.events);
        } else {
            depth.release(partition, command.events);
        }
        limits.release(command.events, command.bytes);
        endFailed(command);
        fail(command, wasWritten ? Reason.UNKNOWN : Reason.UNAVAILABLE, "the connection to Redis was lost");
        failWaiting();
    }

    /** Fails what waits for too long, and gives up a connection that is gone or silent. Called many times a second. */
    void sweep(long nowNanos) {
        AppendCommand command;
        List<PendingAppend> lateUnsent;
        boolean released = false;
        synchronized (this) {
            command = inFlight;
            lateUnsent = waiting.takeLate(nowNanos, timeoutNanos);
            if (heldNanos != 0 && (route.current() != null || nowNanos - heldNanos > timeoutNanos)) {
                heldNanos = 0;
                released = true;
            }
        }
        if (command != null) {
            for (AppendCommand.Part part : command.parts) {
                if (nowNanos - part.append().beganNanos > timeoutNanos) {
                    fail(part.append(), Reason.UNKNOWN, "Redis did not answer in time");
                }
            }
            if (!route.isInUse(command.connection)) {
                command.cancel();
            } else if (nowNanos - command.beganNanos > TIMEOUTS_UNTIL_DEAD * timeoutNanos) {
                route.drop(command.connection, "no answer in " + TIMEOUTS_UNTIL_DEAD + " command timeouts");
            }
        }
        for (PendingAppend append : lateUnsent) {
            releaseRest(append);
            fail(append, append.taken == 0 ? Reason.UNAVAILABLE : Reason.UNKNOWN, "Redis did not answer in time");
        }
        if (released) {
            sendNext();
        }
    }

    synchronized int inFlight() {
        return inFlight == null ? 0 : 1;
    }

    private void sendNext() {
        AppendCommand next = null;
        boolean disconnected = false;
        synchronized (this) {
            if (inFlight == null && heldNanos == 0 && !waiting.isEmpty()) {
                StatefulRedisConnection<byte[], byte[]> connection = route.current();
                if (connection == null) {
                    disconnected = true;
                } else {
                    next = nextCommand(connection);
                    inFlight = next;
                }
            }
        }
        if (disconnected) {
            failWaiting();
        } else if (next != null) {
            Failpoints.reach(Failpoint.BEFORE_APPEND);
            try {
                next.connection.dispatch(next);
            } catch (RuntimeException problem) {
                next.completeExceptionally(problem);
            }
        }
    }

    private AppendCommand nextCommand(StatefulRedisConnection<byte[], byte[]> connection) {
        WaitingAppends.Packed packed = waiting.take();
        long now = System.nanoTime();
        return once == null
                ? new XaddCommand(
                        connection, commandStart, compress, packed.parts(), packed.events(), packed.bytes(), now, this)
                : new OnceCommand(connection, once, packed.parts(), packed.events(), packed.bytes(), now, this);
    }

    /** In one step with its end: what was not sent of a split append goes too, before anybody can send it. */
    private void endFailed(AppendCommand command) {
        AppendCommand.Part last = command.parts.getLast();
        boolean dropped;
        synchronized (this) {
            inFlight = null;
            dropped = !last.isLast() && waiting.takeRest(last.append());
        }
        if (dropped) {
            releaseRest(last.append());
        }
    }

    /** Fails what waits to be sent. */
    void failWaiting() {
        List<PendingAppend> unsent;
        synchronized (this) {
            unsent = waiting.takeAll();
        }
        for (PendingAppend append : unsent) {
            releaseRest(append);
            fail(append, append.taken == 0 ? Reason.UNAVAILABLE : Reason.UNKNOWN, "Redis is not connected");
        }
    }

    private void releaseRest(PendingAppend append) {
        int events = append.items.size() - append.taken;
        long bytes = 0;
        for (int index = append.taken; index < append.items.size(); index++) {
            bytes += append.items.get(index).payload().length;
        }
        limits.release(events, bytes);
        depth.release(partition, events);
    }

    private void fail(AppendCommand command, Reason reason, String message) {
        for (AppendCommand.Part part : command.parts) {
            // an earlier part of it is in the log
            fail(part.append(), part.from() == 0 ? reason : Reason.UNKNOWN, message);
        }
    }

    private void failSealed(AppendCommand command) {
        for (AppendCommand.Part part : command.parts) {
            PendingAppend append = part.append();
            AppendFailure failure =
                    AppendFailure.sealed(key + " is sealed", part.from(), append.repeatedBefore(part.from()));
            if (append.stage.completeExceptionally(failure)) {
                meters.refused(Reason.SEALED, append.items.size() - part.from());
            }
        }
    }

    private void fail(PendingAppend append, Reason reason, String message) {
        if (append.stage.completeExceptionally(new AppendFailure(reason, message))) {
            meters.refused(reason, append.items.size());
        }
    }

    private PendingAppend refused(Reason reason, List<LogItem> items, String message) {
        meters.refused(reason, items.size());
        return PendingAppend.failed(items, new AppendFailure(reason, message));
    }

    private void logSometimes(String error) {
        long now = System.nanoTime();
        if (now - lastLoggedNanos >= LOG_INTERVAL_NANOS) {
            lastLoggedNanos = now;
            try (var _ = LogFields.of(stream, partition)) {
                LOG.warn("Redis refuses to append to {}: {}", key, error);
            }
        }
    }
}
