package io.weir.bench;

import static org.apache.pekko.http.javadsl.server.Directives.complete;
import static org.apache.pekko.http.javadsl.server.Directives.entity;
import static org.apache.pekko.http.javadsl.server.Directives.path;
import static org.apache.pekko.http.javadsl.server.Directives.post;

import io.weir.scheduling.ShortSlices;
import java.time.Duration;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.ServerBinding;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.server.PathMatchers;
import org.apache.pekko.http.javadsl.server.Route;
import org.apache.pekko.http.javadsl.unmarshalling.Unmarshaller;

/** The least that a route can do: read the body, look away, answer 202. What Weir adds to that is Weir's cost. */
public final class BareRoute {
    private static final HttpResponse ACCEPTED = HttpResponse.create()
            .withStatus(StatusCodes.ACCEPTED)
            .withEntity(ContentTypes.APPLICATION_JSON, "{\"accepted\":1}");

    private BareRoute() {}

    private static Route route() {
        return path(
                PathMatchers.segment("api").slash("v1").slash("clicks"),
                () -> post(() -> entity(Unmarshaller.entityToByteArray(), body -> complete(ACCEPTED))));
    }

    /** Serves on any free port, and prints {@code http URL} and {@code ready} as Weir does. */
    public static void main(String[] arguments) throws Exception {
        ActorSystem system = ActorSystem.create("weir");
        ServerBinding binding = Http.get(system)
                .newServerAt("127.0.0.1", 0)
                .bind(route())
                .toCompletableFuture()
                .get();
        // as Weir's threads do, whose names these have
        ShortSlices slices = ShortSlices.of(ShortSlices.SERVER, HttpLoad.SLICE);
        system.scheduler()
                .scheduleWithFixedDelay(Duration.ZERO, Duration.ofSeconds(1), slices::ask, system.dispatcher());
        System.out.println("http http://127.0.0.1:" + binding.localAddress().getPort());
        System.out.println("ready");
    }
}
