package io.weir.http;

import io.weir.definition.StreamDefinition;
import io.weir.event.DecodeLimits;
import io.weir.event.EventEnricher;
import io.weir.letter.DeadLetters;
import io.weir.log.EventLog;
import io.weir.settings.HttpSettings;
import java.util.Collection;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorSystem;

/** The routes to look at dead letters, mend them, and replay or discard them. */
public final class DeadLetterRoutes {
    static final String PATH = AdminAccess.PREFIX + "dead-letters";

    private DeadLetterRoutes() {}

    public static void addTo(
            Routes.Builder routes,
            Collection<StreamDefinition> definitions,
            DeadLetters letters,
            EventLog log,
            Function<StreamDefinition, EventEnricher> enrichers,
            HttpSettings settings,
            ActorSystem<?> system) {
        AdminCalls calls = new AdminCalls(system, settings);
        DecodeLimits limits = new DecodeLimits(1, settings.maxEventBytes(), settings.maxJsonDepth());
        DeadLetterReplay replay = new DeadLetterReplay(definitions, limits, letters, log, enrichers, calls.executor());
        DeadLetterHandlers one = new DeadLetterHandlers(letters, replay, new BodyReader(system, settings), calls);
        DeadLetterBulkHandlers many = new DeadLetterBulkHandlers(letters, replay, calls);
        routes.add("GET", PATH, many::list)
                .add("GET", PATH + "/counts", many::counts)
                .add("POST", PATH + "/replay", many::replay)
                .add("POST", PATH + "/discard", many::discard)
                .add("GET", PATH + "/{id}", one::show)
                .add("PUT", PATH + "/{id}", one::edit)
                .add("POST", PATH + "/{id}/replay", one::replay)
                .add("POST", PATH + "/{id}/discard", one::discard);
    }
}
