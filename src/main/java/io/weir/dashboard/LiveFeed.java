package io.weir.dashboard;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.OverflowStrategy;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** A snapshot now and again, as server-sent events. */
public final class LiveFeed {
    /** What waits for a slow reader; beyond it the oldest is dropped, for only the newest tells how things are. */
    private static final int WAITING = 4;

    private final Supplier<CompletionStage<String>> snapshot;
    private final Duration interval;

    /**
     * A feed.
     *
     * @param snapshot completes with one line of JSON; must not block
     */
    public LiveFeed(Supplier<CompletionStage<String>> snapshot, Duration interval) {
        this.snapshot = snapshot;
        this.interval = interval;
    }

    /** What one listener is told, until it goes. */
    public Source<ByteString, ?> events() {
        return Source.tick(Duration.ZERO, interval, NotUsed.getInstance())
                .mapAsync(1, tick -> snapshot.get())
                .map(line -> ByteString.fromString("data: " + line + "\n\n"))
                .buffer(WAITING, OverflowStrategy.dropHead());
    }
}
