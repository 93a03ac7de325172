package io.weir.enrich;

import io.micrometer.core.instrument.MeterRegistry;
import io.weir.definition.EnrichmentKind;
import io.weir.definition.StreamDefinition;
import io.weir.event.EventEnricher;
import io.weir.settings.EnrichSettings;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What all streams compute their events' fields with. Thread-safe. */
public final class Enrichers implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Enrichers.class);

    private final UserAgents agents;
    private final @Nullable CountryDatabase countries;
    private final @Nullable ScheduledExecutorService refresher;

    private Enrichers(
            UserAgents agents, @Nullable CountryDatabase countries, @Nullable ScheduledExecutorService refresher) {
        this.agents = agents;
        this.countries = countries;
        this.refresher = refresher;
    }

    /**
     * Opens what the definitions ask for.
     *
     * @throws io.weir.settings.SettingsException when a file can't be used
     */
    public static Enrichers open(
            EnrichSettings settings, Collection<StreamDefinition> definitions, MeterRegistry meters) {
        UserAgents agents = new UserAgents(settings, meters);
        if (settings.countryDatabase().isEmpty()) {
            List<String> asking = definitions.stream()
                    .filter(definition -> asks(definition, EnrichmentKind.COUNTRY))
                    .map(StreamDefinition::name)
                    .toList();
            if (!asking.isEmpty()) {
                log.info("no country database (WEIR_COUNTRY_DATABASE): {} keep no countries", asking);
            }
            return new Enrichers(agents, null, null);
        }
        CountryDatabase countries = CountryDatabase.open(settings.countryDatabase(), meters);
        ScheduledExecutorService refresher = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("weir-country-database").factory());
        long interval = settings.countryCheckInterval().toMillis();
        var _ = refresher.scheduleWithFixedDelay(countries::refresh, interval, interval, TimeUnit.MILLISECONDS);
        return new Enrichers(agents, countries, refresher);
    }

    /** Computes the fields of a stream's events. */
    public EventEnricher of(StreamDefinition definition) {
        return definition.enrichments().isEmpty()
                ? EventEnricher.NONE
                : new StreamEnricher(definition, agents, countries);
    }

    /** Completes once a stream's events are enriched without waiting; who asks first begins what takes seconds. */
    public CompletionStage<Void> ready(StreamDefinition definition) {
        return needsAgents(definition) ? agents.loaded() : CompletableFuture.completedFuture(null);
    }

    private static boolean needsAgents(StreamDefinition definition) {
        return asks(definition, EnrichmentKind.USER_AGENT) || asks(definition, EnrichmentKind.BOT);
    }

    private static boolean asks(StreamDefinition definition, EnrichmentKind kind) {
        return definition.enrichments().stream().anyMatch(enrichment -> enrichment.kind() == kind);
    }

    @Override
    public void close() {
        if (refresher != null) {
            refresher.shutdownNow();
        }
    }
}
