package io.weir;

import io.micrometer.core.instrument.Gauge;
import io.weir.definition.StreamDefinition;
import io.weir.http.RepartitionHandlers;
import io.weir.http.Routes;
import io.weir.log.PartitionSeals;
import io.weir.pipeline.LayoutKeeper;
import io.weir.settings.RepartitionSettings;
import io.weir.store.LayoutStore;
import java.util.concurrent.CompletionException;
import org.apache.pekko.actor.typed.ActorSystem;

/** Lets a stream have another number of partitions while Weir runs. */
final class Repartitioning {
    private final ServerParts parts;
    private final LayoutKeeper layouts;

    Repartitioning(ServerParts parts) {
        this.parts = parts;
        this.layouts = parts.layouts();
    }

    /** Begins to look at what other nodes change, and goes on until the system ends. */
    void start(PartitionSeals seals) {
        RepartitionSettings settings = RepartitionSettings.from(parts.weir());
        ActorSystem<?> system = parts.system();
        Upkeep.repeat(system, settings.interval(), layouts::refresh);
        Upkeep.repeat(system, settings.logInterval(), () -> layouts.lookAtLog(seals));
        for (StreamDefinition definition : parts.definitions()) {
            Gauge.builder(
                            "weir.layout.partitions",
                            definition,
                            stream -> stream.layout().current().partitions())
                    .description("Partitions that the stream has")
                    .tag("stream", definition.name())
                    .register(parts.meters());
            Gauge.builder(
                            "weir.layout.changing",
                            definition,
                            stream -> stream.layout().next() == null ? 0 : 1)
                    .description("1 while the number of the stream's partitions changes")
                    .tag("stream", definition.name())
                    .register(parts.meters());
        }
    }

    void addTo(Routes.Builder routes) {
        new RepartitionHandlers(parts.definitions(), this::begin, parts.system(), parts.http()).addTo(routes);
    }

    private RepartitionHandlers.Outcome begin(StreamDefinition definition, int partitions) {
        LayoutStore.Announcement announcement;
        try {
            announcement = layouts.announce(definition, partitions);
        } catch (CompletionException away) {
            throw new RepartitionHandlers.Unavailable("the database could not be asked: " + away.getMessage());
        }
        layouts.refresh().toCompletableFuture().join();
        return switch (announcement) {
            case ANNOUNCED -> RepartitionHandlers.Outcome.BEGUN;
            case UNCHANGED -> RepartitionHandlers.Outcome.UNCHANGED;
            case UNDER_WAY -> RepartitionHandlers.Outcome.UNDER_WAY;
        };
    }
}
