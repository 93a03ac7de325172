package io.weir.enrich;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.weir.settings.EnrichSettings;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What user agents say, each parsed once while it is remembered. Thread-safe. */
final class UserAgents {
    private static final Logger log = LoggerFactory.getLogger(UserAgents.class);

    private final Cache<String, Agent> known;
    private final int maxLength;
    private final AtomicBoolean loading = new AtomicBoolean();
    private final CompletableFuture<Void> loaded = new CompletableFuture<>();
    private final Counter lookups;
    private final Counter parsed;
    private final Counter cut;
    private final Counter unknown;

    UserAgents(EnrichSettings settings, MeterRegistry meters) {
        this.known = Caffeine.newBuilder()
                .maximumSize(settings.userAgentCacheEntries())
                .executor(Runnable::run)
                .build();
        this.maxLength = settings.maxUserAgentLength();
        this.lookups = counter(meters, "weir.enrich.user.agents", "user agents of events");
        this.parsed = counter(meters, "weir.enrich.user.agents.parsed", "of these, those that were not remembered");
        this.cut =
                counter(meters, "weir.enrich.user.agents.cut", "of these, those that were too long to be read whole");
        this.unknown = counter(meters, "weir.enrich.user.agents.unknown", "of those parsed, those without a browser");
        Gauge.builder("weir.enrich.user.agents.cached", known, Cache::estimatedSize)
                .description("user agents that are remembered")
                .register(meters);
    }

    private static Counter counter(MeterRegistry meters, String name, String description) {
        return Counter.builder(name).description(description).register(meters);
    }

    /**
     * Completes once {@link #of} does not block; fails when it always will. The rules begin to load when it is asked first, so
     * that whoever needs them not pays nothing for them.
     */
    CompletionStage<Void> loaded() {
        if (!loading.getAndSet(true)) {
            Thread.ofPlatform().daemon().name("weir-user-agents").start(this::load);
        }
        return loaded;
    }

    private void load() {
        long startedNanos = System.nanoTime();
        try {
            AgentParser.load();
            log.info("user agent rules loaded in {} ms", (System.nanoTime() - startedNanos) / 1_000_000);
            loaded.complete(null);
        } catch (RuntimeException | LinkageError failure) {
            log.error("user agent rules can't be loaded; streams that need them take no events", failure);
            loaded.completeExceptionally(failure);
        }
    }

    Agent of(@Nullable String userAgent) {
        lookups.increment();
        if (userAgent == null || userAgent.isBlank() || userAgent.equals("-")) {
            return Agent.WITHOUT_NAME;
        }
        String text = userAgent;
        if (text.length() > maxLength) {
            cut.increment();
            text = text.substring(0, maxLength);
        }
        return known.get(text, this::parse);
    }

    private Agent parse(String userAgent) {
        parsed.increment();
        Agent agent;
        try {
            agent = AgentParser.parse(userAgent);
        } catch (LinkageError notLoaded) {
            throw new IllegalStateException("there are no user agent rules", notLoaded);
        }
        if (agent.browser() == null) {
            unknown.increment();
        }
        return agent;
    }
}
