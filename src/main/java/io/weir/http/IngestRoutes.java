package io.weir.http;

import io.micrometer.core.instrument.MeterRegistry;
import io.weir.definition.StreamDefinition;
import io.weir.enrich.Enrichers;
import io.weir.event.DecodeLimits;
import io.weir.live.CommittedCounts;
import io.weir.live.Partitions;
import io.weir.log.EventLog;
import io.weir.settings.HttpSettings;
import java.time.InstantSource;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorSystem;

/** The routes that follow from the stream definitions. */
public final class IngestRoutes {
    private IngestRoutes() {}

    /** The path that every stream has. */
    static String genericPath(StreamDefinition definition) {
        return "/api/v1/streams/" + definition.name() + "/events";
    }

    /** Adds every stream's generic and own ingest path, and the counters. */
    public static void addTo(
            Routes.Builder routes,
            Collection<StreamDefinition> definitions,
            EventLog log,
            Partitions partitions,
            CommittedCounts committedCounts,
            Enrichers enrichers,
            HttpSettings settings,
            MeterRegistry metrics,
            ActorSystem<?> system) {
        DecodeLimits limits =
                new DecodeLimits(settings.maxEventsPerRequest(), settings.maxEventBytes(), settings.maxJsonDepth());
        addTo(
                routes,
                definitions,
                definition -> EventDecoder.enriched(definition, limits, enrichers),
                log,
                partitions,
                committedCounts,
                settings,
                metrics,
                system);
    }

    static void addTo(
            Routes.Builder routes,
            Collection<StreamDefinition> definitions,
            Function<StreamDefinition, EventDecoder> decoders,
            EventLog log,
            Partitions partitions,
            CommittedCounts committedCounts,
            HttpSettings settings,
            MeterRegistry metrics,
            ActorSystem<?> system) {
        Admission admission = new Admission(settings, metrics);
        for (StreamDefinition definition : definitions) {
            RequestHandler ingest = admission.guard(new IngestHandler(
                    definition,
                    decoders.apply(definition),
                    log,
                    partitions,
                    settings,
                    metrics,
                    InstantSource.system(),
                    system));
            routes.add("POST", genericPath(definition), ingest);
            String path = definition.ingest().path();
            if (path != null && definition.ingest().isEntityPath()) {
                ViewHandlers views = new ViewHandlers(
                        definition,
                        decoders.apply(definition),
                        log,
                        partitions,
                        committedCounts,
                        settings,
                        metrics,
                        InstantSource.system(),
                        system);
                routes.add("POST", path, admission.guard(views::post));
                routes.add("GET", path, admission.guard(views::get));
            } else if (path != null) {
                routes.add("POST", path, ingest);
            }
        }
        if (definitions.stream().anyMatch(definition -> definition.ingest().pixel())) {
            routes.add(
                    "GET",
                    PixelHandler.PATH,
                    admission.guard(
                            new PixelHandler(definitions, decoders, log, settings, metrics, InstantSource.system())));
        }
        routes.add(
                "POST",
                "/api/v1/streams/{stream}/events",
                (request, variables) -> CompletableFuture.completedFuture(
                        Problem.of(404, "Not Found", "there is no stream " + variables.getFirst())
                                .response()));
        routes.add(
                "GET",
                CounterHandler.PATH,
                admission.guard(new CounterHandler(definitions, partitions, settings, system)));
    }
}
