package io.weir.http;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** Answers the requests of one route. Called on the connection's thread: it must not block. */
@FunctionalInterface
public interface RequestHandler {
    /**
     * Answers a request. Must complete within a time of its own: nothing above it has a timeout.
     *
     * @param variables what the route's variables stand for in this path, percent-decoded, in their order
     */
    CompletionStage<HttpResponse> handle(HttpRequest request, List<String> variables);
}
