package io.weir.dashboard;

import io.weir.settings.DashboardSettings;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.OverflowStrategy;
import org.apache.pekko.stream.SharedKillSwitch;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/** Server-sent events: a snapshot now and again, to a bounded number of listeners. Thread-safe. */
public final class LiveFeed {
    /** What waits for a slow reader; beyond it the oldest is dropped, for only the newest tells how things are. */
    private static final int WAITING = 4;

    private final Supplier<String> snapshot;
    private final DashboardSettings settings;
    private final AtomicInteger listeners = new AtomicInteger();
    private final SharedKillSwitch stop = KillSwitches.shared("dashboard");

    /**
     * A feed.
     *
     * @param snapshot one line of JSON; must not block
     */
    public LiveFeed(Supplier<String> snapshot, DashboardSettings settings) {
        this.snapshot = snapshot;
        this.settings = settings;
    }

    /** What one listener gets, until it goes or the server stops; null when there are too many. */
    public @Nullable Source<ByteString, NotUsed> listen() {
        return listeners.get() >= settings.maxListeners()
                ? null
                : Source.lazySource(this::open).mapMaterializedValue(opened -> NotUsed.getInstance());
    }

    /** Ends all that listen, and all that come, so that a stop does not wait for open pages. */
    public void close() {
        stop.shutdown();
    }

    /** Counts a listener only once it is read: an answer to HEAD never is, and would never be given back. */
    private Source<ByteString, NotUsed> open() {
        if (listeners.incrementAndGet() > settings.maxListeners()) {
            listeners.decrementAndGet();
            return Source.empty();
        }
        return Source.tick(Duration.ZERO, settings.interval(), NotUsed.getInstance())
                .map(tick -> ByteString.fromString("data: " + snapshot.get() + "\n\n"))
                .via(stop.flow())
                .buffer(WAITING, OverflowStrategy.dropHead())
                .watchTermination((tick, ended) -> {
                    var _ = ended.whenComplete((done, failure) -> listeners.decrementAndGet());
                    return NotUsed.getInstance();
                });
    }
}
