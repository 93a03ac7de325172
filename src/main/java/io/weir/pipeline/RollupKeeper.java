package io.weir.pipeline;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.weir.definition.RollupStep;
import io.weir.settings.RollupSettings;
import io.weir.store.RollupStore;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes rollups that are past their retention. Any number of processes may do this at once. */
public final class RollupKeeper {
    private static final Logger log = LoggerFactory.getLogger(RollupKeeper.class);

    private final RollupStore store;
    private final RollupSettings settings;
    private final Executor jdbcExecutor;
    private final InstantSource clock;
    private final MeterRegistry meters;
    private final Counter failures;
    private final AtomicBoolean failing = new AtomicBoolean();

    public RollupKeeper(
            RollupStore store,
            RollupSettings settings,
            Executor jdbcExecutor,
            InstantSource clock,
            MeterRegistry meters) {
        this.store = store;
        this.settings = settings;
        this.jdbcExecutor = jdbcExecutor;
        this.clock = clock;
        this.meters = meters;
        this.failures = Counter.builder("weir.rollups.failures")
                .description("rounds in which rollups past their retention could not be removed")
                .register(meters);
        for (RollupStep step : RollupStep.values()) {
            expired(step);
        }
    }

    /** Does what is to be done now. Never fails: what could not be done is done the next time. */
    public CompletionStage<Void> run() {
        return CompletableFuture.runAsync(this::keep, jdbcExecutor);
    }

    private void keep() {
        try {
            for (RollupStep step : RollupStep.values()) {
                Duration retention = retention(step);
                if (retention != null) {
                    Instant before = clock.instant().minus(retention);
                    expired(step).increment(Jdbc.call(() -> store.expire(step, before)));
                }
            }
        } catch (RuntimeException problem) {
            failures.increment();
            // once until it goes well again
            if (!failing.getAndSet(true)) {
                log.warn("rollups past their retention were not removed: {}", Failures.describe(problem));
            }
            return;
        }
        if (failing.getAndSet(false)) {
            log.info("rollups past their retention are removed again");
        }
    }

    private @Nullable Duration retention(RollupStep step) {
        return switch (step) {
            case MINUTE -> settings.minuteRetention();
            case HOUR -> settings.hourRetention();
            case DAY -> settings.dayRetention();
        };
    }

    private Counter expired(RollupStep step) {
        return Counter.builder("weir.rollups.expired")
                .description("rows of rollups that were removed past their retention")
                .tag("step", step.label())
                .register(meters);
    }
}
