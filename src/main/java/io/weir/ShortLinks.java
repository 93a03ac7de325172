package io.weir;

import io.weir.definition.Field;
import io.weir.definition.StreamDefinition;
import io.weir.http.AdminAccess;
import io.weir.http.ClickRecorder;
import io.weir.http.LinkHandlers;
import io.weir.http.RedirectHandler;
import io.weir.http.Routes;
import io.weir.link.LinkCodes;
import io.weir.link.LinkRegistry;
import io.weir.link.LinkStore;
import io.weir.log.EventLog;
import io.weir.settings.LinkSettings;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.apache.pekko.Done;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Short links: their table, their caches, the routes to change them, and the redirects with their clicks. */
final class ShortLinks {
    private static final Logger log = LoggerFactory.getLogger(ShortLinks.class);
    private static final String CLICKS_RECORDED = "weir-clicks-recorded";
    /** The scheduler's own tick. */
    private static final Duration END_WAITS_EACH = Duration.ofMillis(10);
    /** What a redirect knows of a click. */
    private static final Set<String> CLICK_FIELDS =
            Set.of("short_code", "timestamp", "address", "user_agent", "referrer", "original_url");

    private final ServerParts parts;
    private final EventLog eventLog;
    private final LinkSettings settings;

    ShortLinks(ServerParts parts, EventLog eventLog) {
        this.parts = parts;
        this.eventLog = eventLog;
        this.settings = LinkSettings.from(parts.weir());
    }

    void addTo(Routes.Builder routes) {
        if (!settings.enabled()) {
            return;
        }
        LinkRegistry links = new LinkRegistry(
                store(),
                parts.sharedRedis(),
                new LinkCodes(routes::beginsWith),
                settings.cache(),
                parts.system().dispatchers().lookup(DispatcherSelector.fromConfig("weir.link-dispatcher")),
                parts.system().executionContext(),
                parts.meters());
        parts.sharedRedis()
                .subscribe(
                        LinkRegistry.channel(settings.cache()),
                        code -> links.changed(new String(code, StandardCharsets.US_ASCII)),
                        links::listening);
        parts.system()
                .scheduler()
                .scheduleWithFixedDelay(
                        END_WAITS_EACH,
                        END_WAITS_EACH,
                        links.resolver()::endWaits,
                        parts.system().executionContext());
        routes.guard(LinkHandlers.PATH, AdminAccess.of(parts.http())::guard);
        new LinkHandlers(links, settings, parts.http(), parts.system()).addTo(routes);
        routes.addLast(
                "GET",
                RedirectHandler.PATH,
                new RedirectHandler(links.resolver(), recorder(), settings, parts.http(), parts.meters()));
    }

    private LinkStore store() {
        try {
            return parts.database().links(settings.table());
        } catch (IllegalArgumentException problem) {
            throw new StartFailure(List.of("weir: links.table = " + settings.table() + " can't be used ("
                    + problem.getMessage() + "); it needs the columns of short_links, and code unique"));
        }
    }

    private @Nullable ClickRecorder recorder() {
        String name = settings.clickStream();
        if (name == null) {
            return null;
        }
        StreamDefinition stream = parts.definitions().stream()
                .filter(definition -> definition.name().equals(name))
                .findFirst()
                .orElse(null);
        if (stream == null) {
            log.warn("there is no stream {} (weir.links.click-stream): clicks on short links are not recorded", name);
            return null;
        }
        for (Field field : stream.fields()) {
            if (field.required() && !CLICK_FIELDS.contains(field.name())) {
                throw new StartFailure(List.of("weir: " + stream.file() + ": " + field.name()
                        + " is required, but a redirect does not know it; remove required, or choose another"
                        + " links.click-stream"));
            }
        }
        ClickRecorder recorder = new ClickRecorder(
                stream,
                eventLog,
                parts.enrichers(),
                settings.clicks(),
                parts.http(),
                parts.meters(),
                parts.system().dispatchers().lookup(DispatcherSelector.fromConfig("weir.pipeline-dispatcher")));
        CoordinatedShutdown.get(parts.system())
                .addTask(CLICKS_RECORDED, "record-clicks", () -> recorder.stop().thenApply(stopped -> Done.done()));
        return recorder;
    }
}
