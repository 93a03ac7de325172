package io.weir.http;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.weir.definition.BodyForm;
import io.weir.definition.StreamDefinition;
import io.weir.enrich.Enrichers;
import io.weir.event.AcceptedEvent;
import io.weir.event.DecodeLimits;
import io.weir.event.DecodeRequest;
import io.weir.event.DecodeResult;
import io.weir.event.InvalidEvent;
import io.weir.log.EventLog;
import io.weir.logging.FailureText;
import io.weir.settings.HttpSettings;
import io.weir.settings.LinkSettings;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Appends clicks to the log after their redirects were answered, many together. None is waited for by a visitor, and none
 * refuses a redirect: when too many are on their way, or none can be appended for long, clicks are dropped and counted.
 *
 * <p>Each click has a key of its own, so it may be appended again when it is not known whether it was.
 */
public final class ClickRecorder {
    private static final Logger LOG = LoggerFactory.getLogger(ClickRecorder.class);
    private static final int BATCH = 100;
    private static final Duration EPISODE_END = Duration.ofSeconds(10);
    private static final int MAX_EVENT_BYTES = 64 * 1024;
    private static final int MAX_DEPTH = 4;
    private static final int MICROS_PER_MILLI = 1_000;

    private record Batch(List<AcceptedEvent> accepted, List<InvalidEvent> invalid, long beganNanos) {
        int size() {
            return accepted.size() + invalid.size();
        }
    }

    private final EventDecoder decoder;
    private final ClickBatch writer;
    private final PartitionedAppend append;
    private final LinkSettings.Clicks settings;
    private final Executor executor;
    private final Executor lingering;
    private final Executor retries;
    private final IngestMetrics metrics;
    private final Counter recorded;
    private final Counter full;
    private final Counter failed;

    /** What this process's keys begin with; with the at sign, those of a batch stand side by side in {@code event_key}. */
    private final String origin;

    private final AtomicLong batches = new AtomicLong();
    private final ConcurrentLinkedQueue<ClickBatch.Click> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicBoolean draining = new AtomicBoolean();
    private final AtomicBoolean dropping = new AtomicBoolean();
    private final CompletableFuture<Void> idle = new CompletableFuture<>();
    private volatile long lastDropNanos;
    private volatile boolean stopping;

    /**
     * A recorder of one stream's clicks.
     *
     * @param executor where clicks are decoded and appended
     */
    public ClickRecorder(
            StreamDefinition definition,
            EventLog log,
            Enrichers enrichers,
            LinkSettings.Clicks settings,
            HttpSettings http,
            MeterRegistry registry,
            Executor executor) {
        this.decoder =
                EventDecoder.enriched(definition, new DecodeLimits(BATCH, MAX_EVENT_BYTES, MAX_DEPTH), enrichers);
        this.writer = new ClickBatch(definition, new ClientAddress(http.trustedProxies()));
        this.append = new PartitionedAppend(definition, log);
        this.settings = settings;
        this.executor = executor;
        this.lingering = CompletableFuture.delayedExecutor(settings.linger().toNanos(), TimeUnit.NANOSECONDS, executor);
        this.retries =
                CompletableFuture.delayedExecutor(settings.retryDelay().toNanos(), TimeUnit.NANOSECONDS, executor);
        this.metrics = new IngestMetrics(definition.name(), registry);
        this.origin = "@%016x".formatted(new SecureRandom().nextLong());
        recorded = clicks(registry, "recorded");
        full = clicks(registry, "dropped_full");
        failed = clicks(registry, "dropped_failed");
        Gauge.builder("weir.link.clicks.in.flight", inFlight, AtomicInteger::get)
                .description("Clicks that were answered and are not yet in the log")
                .register(registry);
    }

    private static Counter clicks(MeterRegistry registry, String outcome) {
        return Counter.builder("weir.link.clicks")
                .description("Clicks, by what became of them")
                .tag("outcome", outcome)
                .register(registry);
    }

    /** Takes a click; waits for nothing. */
    void record(HttpRequest request, String code, String url, long atMillis) {
        if (inFlight.incrementAndGet() > settings.maxInFlight()) {
            done(1);
            full.increment();
            reportDrop("as many clicks as may be are on their way to the log");
            return;
        }
        queue.add(new ClickBatch.Click(request, code, url, atMillis));
        drainSoon();
    }

    /** Completes when every click that was taken has come to its end, or the time for that is over; takes none back. */
    public CompletionStage<Void> stop() {
        stopping = true;
        if (inFlight.get() == 0) {
            idle.complete(null);
        }
        Duration timeout = settings.stopTimeout();
        return idle.completeOnTimeout(null, timeout.toNanos(), TimeUnit.NANOSECONDS)
                .thenRun(() -> {
                    int lost = inFlight.get();
                    if (lost > 0) {
                        LOG.warn("stopped with {} clicks that could not be recorded in {}", lost, timeout);
                    }
                });
    }

    private void drainSoon() {
        if (draining.compareAndSet(false, true)) {
            try {
                var _ = decoder.ready()
                        .whenCompleteAsync((nothing, failure) -> drain(), stopping ? executor : lingering);
            } catch (RuntimeException stopped) {
                draining.set(false);
            }
        }
    }

    private void drain() {
        try {
            for (List<ClickBatch.Click> next = take(); !next.isEmpty(); next = take()) {
                append(next);
            }
        } finally {
            draining.set(false);
        }
        // one may have come between the last look and here
        if (!queue.isEmpty()) {
            drainSoon();
        }
    }

    private List<ClickBatch.Click> take() {
        List<ClickBatch.Click> taken = new ArrayList<>();
        for (ClickBatch.Click click = queue.poll(); click != null; click = queue.poll()) {
            taken.add(click);
            if (taken.size() == BATCH) {
                break;
            }
        }
        return taken;
    }

    private void append(List<ClickBatch.Click> clicks) {
        try {
            append(decode(clicks));
        } catch (RuntimeException defect) {
            drop(clicks.size(), defect.toString());
        }
    }

    private Batch decode(List<ClickBatch.Click> clicks) {
        DecodeRequest request = new DecodeRequest(
                writer.write(clicks),
                BodyForm.ARRAY,
                clicks.getFirst().atMillis() * MICROS_PER_MILLI,
                origin + "-" + batches.incrementAndGet(),
                0,
                null,
                true);
        return switch (decoder.decode(request)) {
            case DecodeResult.Decoded decoded -> new Batch(decoded.accepted(), decoded.invalid(), System.nanoTime());
            case DecodeResult.Refused refused -> throw new IllegalStateException(refused.detail());
        };
    }

    private void append(Batch batch) {
        append.append(batch.accepted(), batch.invalid()).whenComplete((places, failure) -> {
            if (failure == null) {
                appended(batch);
            } else if (System.nanoTime() - batch.beganNanos()
                    < settings.keepFor().toNanos()) {
                retries.execute(() -> append(batch));
            } else {
                drop(batch.size(), String.valueOf(FailureText.cause(failure).getMessage()));
            }
        });
    }

    private void appended(Batch batch) {
        metrics.taken(batch.accepted().size(), batch.invalid().size());
        recorded.increment(batch.size());
        if (dropping.get()
                && System.nanoTime() - lastDropNanos > EPISODE_END.toNanos()
                && dropping.compareAndSet(true, false)) {
            LOG.info("clicks are recorded again; weir_link_clicks_total says how many were dropped");
        }
        done(batch.size());
    }

    private void drop(int clicks, String reason) {
        failed.increment(clicks);
        reportDrop(reason);
        done(clicks);
    }

    /** Once until clicks have been recorded for a while without a drop between. */
    private void reportDrop(String reason) {
        lastDropNanos = System.nanoTime();
        if (dropping.compareAndSet(false, true)) {
            LOG.warn("clicks are dropped, their redirects are answered: {}", reason);
        }
    }

    private void done(int clicks) {
        if (inFlight.addAndGet(-clicks) == 0 && stopping) {
            idle.complete(null);
        }
    }
}
