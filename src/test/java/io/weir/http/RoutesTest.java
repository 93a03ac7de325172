package io.weir.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class RoutesTest {
    private static final TestServer SERVER = new TestServer();

    @AfterAll
    static void stop() {
        SERVER.close();
    }

    @Test
    void anUnknownPathIs404() throws Exception {
        assertProblem(SERVER.send("GET", "/nowhere"), 404, "/nowhere");
    }

    @Test
    void anUnknownStreamIs404AndIsNamed() throws Exception {
        assertProblem(SERVER.send("POST", "/api/v1/streams/rivers/events"), 404, "no stream rivers");
    }

    @Test
    void whatIsAddedLastTakesWhatNoOtherRouteTakes() {
        Routes.Builder builder = Routes.builder()
                .addLast("GET", "/{code}", answer(299))
                .add("GET", "/plain", answer(201))
                .add("GET", "/shop/{item}", answer(203));
        // a template of the same shape, added after
        builder.add("GET", "/{other}", answer(204));
        Routes routes = builder.build();
        assertThat(status(routes, "/plain")).isEqualTo(201);
        assertThat(status(routes, "/shop/7")).isEqualTo(203);
        assertThat(status(routes, "/anything")).isEqualTo(204);
        Routes alone = Routes.builder().addLast("GET", "/{code}", answer(299)).build();
        assertThat(status(alone, "/anything")).isEqualTo(299);
        assertThat(status(alone, "/two/segments")).isEqualTo(404);

        assertThat(builder.beginsWith("plain")).isTrue();
        assertThat(builder.beginsWith("shop")).isTrue();
        assertThat(builder.beginsWith("pla")).isFalse();
        assertThat(builder.beginsWith("sho")).isFalse();
    }

    @Test
    void aRouteIsDescribedWithoutTheValuesOfItsVariables() {
        Routes routes = Routes.builder()
                .add("GET", "/plain", answer(200))
                .add("GET", "/shop/{item}/{rest...}", answer(200))
                .addLast("GET", "/{code}", answer(200))
                .build();
        assertThat(described(routes, "/plain")).isEqualTo("GET /plain");
        assertThat(described(routes, "/shop/secret/and/more")).isEqualTo("GET /shop/{item}/{rest...}");
        assertThat(described(routes, "/secret")).isEqualTo("GET /{code}");
        assertThat(described(routes, "/secret/other")).isEqualTo("GET on no route");
    }

    private static String described(Routes routes, String path) {
        return routes.describe(org.apache.pekko.http.javadsl.model.HttpRequest.create(path));
    }

    private static RequestHandler answer(int status) {
        return (request, variables) ->
                CompletableFuture.completedFuture(org.apache.pekko.http.javadsl.model.HttpResponse.create()
                        .withStatus(org.apache.pekko.http.javadsl.model.StatusCodes.custom(status, "", "")));
    }

    private static int status(Routes routes, String path) {
        return routes.handle(org.apache.pekko.http.javadsl.model.HttpRequest.create(path))
                .toCompletableFuture()
                .join()
                .status()
                .intValue();
    }

    @Test
    void anotherMethodIs405WithAllow() throws Exception {
        HttpResponse<String> response = SERVER.send("PUT", "/clicks");

        assertProblem(response, 405, "POST, OPTIONS");
        assertThat(response.headers().firstValue("Allow")).contains("POST, OPTIONS");
        assertThat(SERVER.send("GET", "/clicks").statusCode()).isEqualTo(405);
        assertThat(SERVER.send("DELETE", "/health").headers().firstValue("Allow"))
                .contains("GET, HEAD, OPTIONS");
    }

    @Test
    void optionsAnswersWhatAPathTakes() throws Exception {
        HttpResponse<String> response = SERVER.send("OPTIONS", "/api/v1/streams/clicks/events");

        assertThat(response.statusCode()).isEqualTo(204);
        assertThat(response.headers().firstValue("Allow")).contains("POST, OPTIONS");
    }

    @Test
    void headIsGetWithoutItsBody() throws Exception {
        HttpResponse<String> response = SERVER.send("HEAD", "/health");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEmpty();
        assertThat(response.headers().firstValueAsLong("Content-Length").orElse(0))
                .isPositive();
    }

    @Test
    void healthHasItsFiveKeysInTheirOrder() throws Exception {
        assertThat(SERVER.send("GET", "/health").body())
                .isEqualTo("{\"status\":\"healthy\",\"database\":\"healthy\",\"redis\":\"healthy\",\"queue_depth\":7,"
                        + "\"queue_pending\":3}");
    }

    @Test
    void healthIs503WhereAPartIsUnhealthy() throws Exception {
        try (TestServer server = new TestServer()) {
            server.redisAnswers = false;
            HttpResponse<String> response = server.send("GET", "/health");

            assertThat(response.statusCode()).isEqualTo(503);
            assertThat(response.body()).startsWith("{\"status\":\"unhealthy\",\"database\":\"healthy\",\"redis\":\"un");
        }
    }

    @Test
    void metricsAreInPrometheusTextFormat() throws Exception {
        HttpResponse<String> response = SERVER.send("GET", "/metrics");

        assertThat(response.headers().firstValue("Content-Type").orElse("")).startsWith("text/plain; version=0.0.4");
        assertThat(response.body()).contains("weir_http_refused_total{reason=\"stream_full\",stream=\"clicks\"} 0.0");
    }

    @Test
    void whatIsNoHttpRequestIsAProblemToo() throws Exception {
        assertThat(RawHttp.exchange(SERVER, "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n"))
                .startsWith("HTTP/1.1 400 ")
                .contains("application/problem+json")
                .doesNotContain("Server:");
        assertThat(RawHttp.exchange(SERVER, "BREW / HTTP/1.1\r\nHost: x\r\n\r\n"))
                .startsWith("HTTP/1.1 501 ")
                .contains("application/problem+json");
        assertThat(RawHttp.exchange(SERVER, "GET /" + "x".repeat(9_000) + " HTTP/1.1\r\nHost: x\r\n\r\n"))
                .startsWith("HTTP/1.1 414 ")
                .contains("application/problem+json");
    }

    @Test
    void anyKindOfStageIsAnswered() throws Exception {
        assertThat(SERVER.send("GET", "/stage").statusCode()).isEqualTo(200);
        assertProblem(SERVER.send("GET", "/failed-stage"), 500, "the log of the server");
    }

    @Test
    void aDefectIs500WithoutItsInsides() throws Exception {
        HttpResponse<String> response = SERVER.send("GET", "/defect");

        assertProblem(response, 500, "the log of the server");
        assertThat(response.body()).doesNotContain("on purpose");
    }

    @Test
    void aPathCantBeClaimedTwice() {
        RequestHandler handler = (request, variables) -> new CompletableFuture<>();
        Routes.Builder routes = Routes.builder().add("POST", "/a", handler);

        assertThatThrownBy(() -> routes.add("POST", "/a", handler)).hasMessage("two handlers for POST /a");
    }

    @Test
    void aTemplatesVariableIsOneSegmentAndItsRemainderAll() {
        PathTemplate one = new PathTemplate("/s/{id}/view");
        assertThat(one.match("/s/a%2Fb/view")).containsExactly("a/b");
        assertThat(one.match("/s/a/b/view")).isNull();
        assertThat(one.match("/s//view")).isNull();
        assertThat(one.match("/s/a/view/")).isNull();
        assertThat(one.match("/s/a")).isNull();
        PathTemplate all = new PathTemplate("/c/{stream}/{entity...}");
        assertThat(all.match("/c/x//a/b")).containsExactly("x", "/a/b");
        assertThat(all.match("/c/x/")).isNull();
        assertThat(all.match("/c/x")).isNull();
    }

    private static void assertProblem(HttpResponse<String> response, int status, String detail) {
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(response.body()).contains("\"status\":" + status, detail);
    }
}
