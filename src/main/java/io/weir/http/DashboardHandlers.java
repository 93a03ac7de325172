package io.weir.http;

import io.weir.dashboard.LiveFeed;
import io.weir.dashboard.PageFile;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;

/** Serves the dashboard's files, which are everybody's, and the figures that it shows, which are the administrator's. */
public final class DashboardHandlers {
    static final String PATH = "/dashboard";
    static final String FEED = AdminAccess.PREFIX + "live";
    static final String NODES = AdminAccess.PREFIX + "nodes";

    /** Nothing from elsewhere, nothing inline. */
    private static final RawHeader POLICY = RawHeader.create(
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
                    + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'");

    private DashboardHandlers() {}

    /**
     * Adds the routes.
     *
     * @param pages who is fed
     * @param nodes completes with how each node of the cluster is, as JSON
     */
    public static void addTo(
            Routes.Builder routes, LiveFeed feed, Supplier<CompletionStage<String>> nodes, Listeners pages) {
        Map<String, PageFile> files = PageFile.all();
        routes.add("GET", PATH, (request, variables) -> file(files, PageFile.PAGE));
        routes.add("GET", PATH + "/{file}", (request, variables) -> file(files, variables.getFirst()));
        routes.add("GET", NODES, (request, variables) -> nodes.get().thenApply(json -> IngestAnswers.json(200, json)));
        routes.add("GET", FEED, (request, variables) -> CompletableFuture.completedFuture(pages.answer(feed::events)));
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
