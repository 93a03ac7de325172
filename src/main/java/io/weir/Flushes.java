package io.weir;

import io.weir.definition.StreamDefinition;
import io.weir.http.AdminAccess;
import io.weir.http.CronHandlers;
import io.weir.http.RequestHandler;
import io.weir.http.Routes;
import io.weir.pipeline.StreamFlush;
import io.weir.settings.HttpSettings;
import java.util.List;

/** The routes by which schedulers flush streams and monitors look at them. */
final class Flushes {
    /**
     * A path that others' schedulers call already.
     *
     * @param updates what they call the stream's events
     */
    private record Cron(String stream, String path, String updates) {}

    private static final List<Cron> CRONS = List.of(
            new Cron("link-clicks", AdminAccess.CRON_PREFIX + "links/click-updates-queue", "click updates"),
            new Cron("project-usage", AdminAccess.CRON_PREFIX + "projects/usage-updates-queue", "usage updates"));

    private Flushes() {}

    static void addTo(
            Routes.Builder routes, List<StreamDefinition> definitions, StreamFlush flush, HttpSettings settings) {
        CronHandlers handlers = new CronHandlers(settings);
        for (StreamDefinition definition : definitions) {
            String path = AdminAccess.PREFIX + "streams/" + definition.name();
            routes.add("GET", path + "/info", handlers.streamInfo(() -> flush.waiting(definition)));
            for (Cron cron : CRONS) {
                if (cron.stream().equals(definition.name())) {
                    RequestHandler handler = handlers.updatesQueue(cron.updates(), () -> flush.flush(definition));
                    routes.add("GET", cron.path(), handler);
                    routes.add("POST", cron.path(), handler);
                }
            }
        }
    }
}
