package io.weir.http;

import io.weir.dashboard.LiveFeed;
import io.weir.dashboard.PageFile;
import io.weir.settings.HttpSettings;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.NotUsed;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** Serves the dashboard's files, which are everybody's, and the figures that it shows, which are the administrator's. */
public final class DashboardHandlers {
    static final String PATH = "/dashboard";
    static final String FEED = AdminAccess.PREFIX + "live";

    private static final ContentType EVENTS = ContentTypes.parse("text/event-stream; charset=UTF-8");
    /** Nothing from elsewhere, nothing inline. */
    private static final RawHeader POLICY = RawHeader.create(
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
                    + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'");

    private DashboardHandlers() {}

    public static void addTo(Routes.Builder routes, LiveFeed feed, HttpSettings settings) {
        Map<String, PageFile> files = PageFile.all();
        routes.add("GET", PATH, (request, variables) -> file(files, PageFile.PAGE));
        routes.add("GET", PATH + "/{file}", (request, variables) -> file(files, variables.getFirst()));
        routes.add("GET", FEED, (request, variables) -> {
            Source<ByteString, NotUsed> events = feed.listen();
            return CompletableFuture.completedFuture(
                    events == null
                            ? Problem.of(RefusalReason.CONCURRENCY, "too many pages are fed already")
                                    .response()
                                    .addHeader(Problem.retryAfter(settings.retryAfter()))
                            : HttpResponse.create().withEntity(HttpEntities.create(EVENTS, events)));
        });
    }

    private static CompletableFuture<HttpResponse> file(Map<String, PageFile> files, String name) {
        PageFile file = files.get(name);
        return CompletableFuture.completedFuture(
                file == null
                        ? Problem.of(404, "Not Found", "the dashboard has no file " + name)
                                .response()
                        : HttpResponse.create()
                                .addHeader(POLICY)
                                .withEntity(HttpEntities.create(ContentTypes.parse(file.mediaType()), file.bytes())));
    }
}
