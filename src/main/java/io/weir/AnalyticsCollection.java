package io.weir;

import io.weir.definition.StreamDefinition;
import io.weir.http.AdminAccess;
import io.weir.http.CronHandlers;
import io.weir.http.QueueStatusHandler;
import io.weir.http.RequestHandler;
import io.weir.http.Routes;
import io.weir.log.EventLog;
import io.weir.pipeline.StreamFlush;
import io.weir.settings.HttpSettings;
import io.weir.settings.QueueStatusSettings;
import java.time.InstantSource;
import java.util.List;

/** What schedulers and monitors of analytics collection call, where the stream of that name is defined. */
final class AnalyticsCollection {
    private static final String STREAM = "collect";

    private final List<StreamDefinition> definitions;
    private final StreamFlush flush;
    private final EventLog log;
    private final HttpSettings http;
    private final QueueStatusSettings settings;

    AnalyticsCollection(
            List<StreamDefinition> definitions,
            StreamFlush flush,
            EventLog log,
            HttpSettings http,
            QueueStatusSettings settings) {
        this.definitions = definitions;
        this.flush = flush;
        this.log = log;
        this.http = http;
        this.settings = settings;
    }

    void addTo(Routes.Builder routes) {
        for (StreamDefinition definition : definitions) {
            if (definition.name().equals(STREAM)) {
                routes.add(
                        "GET",
                        AdminAccess.CRON_PREFIX + "queue-status",
                        new QueueStatusHandler(
                                () -> log.depth(definition), settings.warningAbove(), InstantSource.system()));
                RequestHandler processEvents =
                        new CronHandlers(http).updatesQueue("events", () -> flush.flush(definition));
                String path = AdminAccess.CRON_PREFIX + "process-events";
                routes.add("GET", path, processEvents);
                routes.add("POST", path, processEvents);
            }
        }
    }
}
