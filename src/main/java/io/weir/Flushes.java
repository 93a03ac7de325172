package io.weir;

import io.weir.definition.StreamDefinition;
import io.weir.http.AdminAccess;
import io.weir.http.CronHandlers;
import io.weir.http.QueueStatusHandler;
import io.weir.http.RequestHandler;
import io.weir.http.Routes;
import io.weir.log.EventLog;
import io.weir.ops.ViewSync;
import io.weir.pipeline.StreamFlush;
import io.weir.settings.HttpSettings;
import io.weir.settings.QueueStatusSettings;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

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
            new Cron("project-usage", AdminAccess.CRON_PREFIX + "projects/usage-updates-queue", "usage updates"),
            new Cron("collect", AdminAccess.CRON_PREFIX + "process-events", "events"));

    private final List<StreamDefinition> definitions;
    private final StreamFlush flush;
    private final EventLog log;
    private final CronHandlers handlers;
    private final QueueStatusSettings queueStatus;

    Flushes(
            List<StreamDefinition> definitions,
            StreamFlush flush,
            EventLog log,
            HttpSettings settings,
            QueueStatusSettings queueStatus) {
        this.definitions = definitions;
        this.flush = flush;
        this.log = log;
        this.handlers = new CronHandlers(settings);
        this.queueStatus = queueStatus;
    }

    void addTo(Routes.Builder routes) {
        for (StreamDefinition definition : definitions) {
            String path = AdminAccess.PREFIX + "streams/" + definition.name();
            routes.add("GET", path + "/info", handlers.streamInfo(() -> flush.waiting(definition)));
            for (Cron cron : CRONS) {
                if (cron.stream().equals(definition.name())) {
                    both(routes, cron.path(), handlers.updatesQueue(cron.updates(), () -> flush.flush(definition)));
                }
            }
        }
        StreamDefinition collected = find("collect");
        if (collected != null) {
            routes.add(
                    "GET",
                    AdminAccess.CRON_PREFIX + "queue-status",
                    new QueueStatusHandler(
                            () -> log.depth(collected), queueStatus.warningAbove(), InstantSource.system()));
        }
        StreamDefinition stories = find("story-views");
        StreamDefinition chapters = find("chapter-views");
        if (stories != null || chapters != null) {
            both(
                    routes,
                    AdminAccess.CRON_PREFIX + "sync-views",
                    handlers.syncViews(
                            () -> of(stories, this::sync, ViewSync.NONE),
                            () -> of(chapters, this::sync, ViewSync.NONE)));
            routes.add(
                    "GET",
                    AdminAccess.PREFIX + "view-stats",
                    handlers.viewStats(
                            () -> of(stories, flush::bufferedEntities, 0),
                            () -> of(chapters, flush::bufferedEntities, 0),
                            () -> Stream.of(stories, chapters)
                                    .filter(Objects::nonNull)
                                    .mapToLong(log::depth)
                                    .sum()));
        }
    }

    private static void both(Routes.Builder routes, String path, RequestHandler handler) {
        routes.add("GET", path, handler);
        routes.add("POST", path, handler);
    }

    private CompletionStage<ViewSync> sync(StreamDefinition views) {
        return flush.bufferedEntities(views)
                .thenCompose(
                        entities -> flush.flush(views).thenApply(report -> new ViewSync(entities, report.applied())));
    }

    private @Nullable StreamDefinition find(String name) {
        return definitions.stream()
                .filter(definition -> definition.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    private static <T> CompletionStage<T> of(
            @Nullable StreamDefinition definition, Function<StreamDefinition, CompletionStage<T>> work, T otherwise) {
        return definition == null ? CompletableFuture.completedStage(otherwise) : work.apply(definition);
    }
}
