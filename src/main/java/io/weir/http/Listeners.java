package io.weir.http;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.weir.settings.HttpSettings;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.SharedKillSwitch;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** Who is told something as server-sent events, each for as long as it likes; so many at most. Thread-safe. */
public final class Listeners {
    /** Names its meters, as in {@code weir.<name>.listeners}. */
    public enum Kind {
        PAGES("dashboard", "Pages that are fed now", "too many pages are fed already"),
        COUNTS("live", "Who is told of live counts now", "as many listeners as may be are told of counts already"),
        EVENTS("tail", "Who follows a stream's events now", "as many listeners as may be follow events already");

        private final String label;
        private final String description;
        private final String refusal;

        Kind(String label, String description, String refusal) {
            this.label = label;
            this.description = description;
            this.refusal = refusal;
        }
    }

    private static final ContentType SERVER_SENT_EVENTS = ContentTypes.parse("text/event-stream; charset=UTF-8");

    private final Kind kind;
    private final int max;
    private final HttpHeader retryAfter;
    private final SharedKillSwitch stop;
    private final AtomicInteger listeners = new AtomicInteger();
    private final Counter refused;

    /**
     * Nobody yet.
     *
     * @param max at once; one more is refused
     * @param stop ends all that listen, and all that come; see {@link #untilStop}
     */
    public Listeners(Kind kind, int max, HttpSettings http, SharedKillSwitch stop, MeterRegistry meters) {
        this.kind = kind;
        this.max = max;
        this.retryAfter = Problem.retryAfter(http.retryAfter());
        this.stop = stop;
        this.refused = Counter.builder("weir." + kind.label + ".refused")
                .description("Listeners that were refused, for there were as many as may be")
                .register(meters);
        Gauge.builder("weir." + kind.label + ".listeners", listeners, AtomicInteger::get)
                .description(kind.description)
                .register(meters);
    }

    /** What ends all listeners of a server when it stops: they are requests that never finish, and none is waited for. */
    public static SharedKillSwitch untilStop(ActorSystem<?> system) {
        SharedKillSwitch stop = KillSwitches.shared("listeners");
        CoordinatedShutdown.get(system).addTask(CoordinatedShutdown.PhaseBeforeServiceUnbind(), "end-listeners", () -> {
            stop.shutdown();
            return CompletableFuture.completedFuture(Done.done());
        });
        return stop;
    }

    /**
     * Answers one more, or refuses it.
     *
     * @param told what it is told, begun once it listens
     */
    HttpResponse answer(Supplier<? extends Source<ByteString, ?>> told) {
        if (listeners.get() >= max) {
            refused.increment();
            return Problem.of(RefusalReason.CONCURRENCY, kind.refusal)
                    .response()
                    .addHeader(retryAfter);
        }
        Source<ByteString, ?> events = Source.lazySource(() -> begin(told));
        return HttpResponse.create().withEntity(HttpEntities.create(SERVER_SENT_EVENTS, events));
    }

    /** Counts a listener only once it is read: an answer to HEAD never is, and would never be given back. */
    private Source<ByteString, NotUsed> begin(Supplier<? extends Source<ByteString, ?>> told) {
        if (listeners.incrementAndGet() > max) {
            listeners.decrementAndGet();
            refused.increment();
            return Source.empty();
        }
        Source<ByteString, ?> events;
        try {
            events = told.get();
        } catch (RuntimeException failure) {
            listeners.decrementAndGet();
            throw failure;
        }
        return events.via(stop.flow()).watchTermination((begun, ended) -> {
            var _ = ended.whenComplete((done, failure) -> listeners.decrementAndGet());
            return NotUsed.getInstance();
        });
    }
}
