package io.weir.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.settings.SettingsException;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RateLimitGuardTest {
    private static final String ONE = "10.0.0.1";
    private static final String OTHER = "10.0.0.2";

    @Test
    void everyAnswerOfALimitedRouteSaysWhatIsLeft() throws Exception {
        try (RateLimitServer server =
                new RateLimitServer("rules = [{ path = \"/items*\", limit = 100, window = 1m, key = address }]")) {
            int left = 100;
            for (String path : List.of("/items", "/items/missing", "/items/defect", "/items/failed")) {
                HttpResponse<String> response = server.send("GET", path);
                assertThat(response.statusCode()).isIn(200, 404, 500);
                assertHeaders(response, 100, --left, 60);
            }
            assertHeaders(server.send("POST", "/items"), 100, --left, 60);
            assertHeaders(server.send("HEAD", "/items"), 100, --left, 60);
            assertThat(server.send("GET", "/free").headers().map()).doesNotContainKey("x-ratelimit-limit");
            assertThat(server.send("OPTIONS", "/items").headers().map()).doesNotContainKey("x-ratelimit-limit");
            assertHeaders(server.send("GET", "/items"), 100, --left, 60);
        }
    }

    @Test
    void beyondTheLimitTheAnswerIs429AndSaysWhenToComeAgain() throws Exception {
        try (RateLimitServer server = new RateLimitServer("rules = [{ path = \"/items\", limit = 2, window = 1h }]")) {
            assertHeaders(server.send("GET", "/items"), 2, 1, 3600);
            assertHeaders(server.send("GET", "/items"), 2, 0, 3600);
            HttpResponse<String> refused = server.send("GET", "/items");
            assertThat(refused.statusCode()).isEqualTo(429);
            assertHeaders(refused, 2, 0, 3600);
            String seconds = refused.headers().firstValue("Retry-After").orElseThrow();
            assertThat(Long.parseLong(seconds)).isBetween(3_500L, 3_600L);
            assertThat(refused.body()).isEqualTo("{\"error\":\"Rate limit exceeded\",\"retryAfter\":" + seconds + "}");
            assertThat(refused.headers().allValues("Content-Type")).containsExactly("application/json");
            assertThat(refused.headers().allValues("X-RateLimit-Limit")).hasSize(1);
        }
    }

    @Test
    void aRuleForSomeMethodsLeavesTheOthersAlone() throws Exception {
        try (RateLimitServer server = new RateLimitServer(
                "rules = [{ path = \"/items\", methods = [POST], limit = 1, window = 1h, key = address }]")) {
            assertThat(server.send("POST", "/items").statusCode()).isEqualTo(200);
            assertThat(server.send("POST", "/items").statusCode()).isEqualTo(429);
            assertThat(server.send("GET", "/items").statusCode()).isEqualTo(200);
            assertThat(server.send("GET", "/items").headers().map()).doesNotContainKey("x-ratelimit-limit");
        }
    }

    @Test
    void withoutAKeyEachAddressAndPathIsCountedApart() throws Exception {
        try (RateLimitServer server =
                new RateLimitServer("rules = [{ path = \"/stories/{id}/view\", limit = 1, window = 1h }]")) {
            assertThat(server.get("/stories/7/view", ONE)).isEqualTo(200);
            assertThat(server.get("/stories/7/view", ONE)).isEqualTo(429);
            assertThat(server.get("/stories/%37/view", ONE))
                    .as("7, written in another way")
                    .isEqualTo(429);
            assertThat(server.get("/stories/8/view", ONE)).isEqualTo(200);
            assertThat(server.get("/stories/7/view", OTHER)).isEqualTo(200);
        }
    }

    @Test
    void byAddressAllPathsOfARuleCountTogether() throws Exception {
        try (RateLimitServer server =
                new RateLimitServer("rules = [{ path = \"/items*\", limit = 2, window = 1h, key = address }]")) {
            assertThat(server.get("/items", ONE)).isEqualTo(200);
            assertThat(server.get("/items/missing", ONE)).isEqualTo(404);
            assertThat(server.get("/items", ONE)).isEqualTo(429);
            // what a client wrote itself before the proxy added its address says nothing
            assertThat(server.get("/items", "1.2.3.4, " + ONE)).isEqualTo(429);
            assertThat(server.get("/items", OTHER)).isEqualTo(200);
        }
    }

    @Test
    void byPathAllClientsCountTogether() throws Exception {
        try (RateLimitServer server = new RateLimitServer(
                "rules = [{ path = \"/stories/{id}/view\", limit = 1, window = 1h, key = path }]")) {
            assertThat(server.get("/stories/7/view", ONE)).isEqualTo(200);
            assertThat(server.get("/stories/7/view", OTHER)).isEqualTo(429);
            assertThat(server.get("/stories/8/view", OTHER)).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "2001:db8:0:1::1, 2001:db8:0:1:ffff::9, 429",
        "2001:db8:0:1::1, 2001:db8:0:2::1, 200",
        "::ffff:10.0.0.1, 10.0.0.1, 429",
        "::ffff:10.0.0.1, ::ffff:10.0.0.2, 200",
    })
    void clientsOfOneIpv6NetworkAreOne(String first, String second, int status) throws Exception {
        try (RateLimitServer server =
                new RateLimitServer("rules = [{ path = \"/items\", limit = 1, window = 1h, key = address }]")) {
            assertThat(server.get("/items", first)).isEqualTo(200);
            assertThat(server.get("/items", second)).isEqualTo(status);
        }
    }

    @Test
    void usersAreCountedApartAndWhoIsNoneByAddress() throws Exception {
        try (RateLimitServer server =
                new RateLimitServer("rules = [{ path = \"/items\", limit = 1, window = 1h, key = user }]")) {
            assertThat(server.get("/items", ONE, "X-User-Id", "ann")).isEqualTo(200);
            assertThat(server.get("/items", OTHER, "X-User-Id", "ann")).isEqualTo(429);
            assertThat(server.get("/items", ONE, "X-User-Id", "bob")).isEqualTo(200);
            assertThat(server.get("/items", ONE, "X-User-Id", OTHER)).isEqualTo(200);
            assertThat(server.get("/items", OTHER)).as("an address is no user").isEqualTo(200);
            assertThat(server.get("/items", OTHER, "X-User-Id", " ")).isEqualTo(429);
        }
    }

    @Test
    void apiKeysAreFoundInTheirHeaders() throws Exception {
        try (RateLimitServer server =
                new RateLimitServer("rules = [{ path = \"/items\", limit = 1, window = 1h, key = api-key }]")) {
            assertThat(server.get("/items", ONE, "Authorization", "Bearer k1")).isEqualTo(200);
            assertThat(server.get("/items", OTHER, "Authorization", "Bearer k1"))
                    .isEqualTo(429);
            assertThat(server.get("/items", ONE, "X-Api-Key", "k2", "Authorization", "Bearer k1"))
                    .isEqualTo(200);
            assertThat(server.get("/items", ONE, "X-Api-Key", "k2")).isEqualTo(429);
        }
    }

    @Test
    void aHeaderOfChoiceMayBeCombinedWithThePath() throws Exception {
        try (RateLimitServer server = new RateLimitServer(
                "rules = [{ path = \"/items*\", limit = 1, window = 1h, key = [\"header:X-Tenant\", path] }]")) {
            assertThat(server.get("/items", ONE, "X-Tenant", "a")).isEqualTo(200);
            assertThat(server.get("/items", OTHER, "X-Tenant", "a")).isEqualTo(429);
            assertThat(server.get("/items/missing", ONE, "X-Tenant", "a")).isEqualTo(404);
            assertThat(server.get("/items", ONE, "X-Tenant", "b")).isEqualTo(200);
        }
    }

    @Test
    void ofSeveralRulesAllMustPassAndTheTightestIsShown() throws Exception {
        try (RateLimitServer server = new RateLimitServer("""
            rules = [
              { name = per-client, path = "/items", limit = 2, window = 1h, key = address }
              { name = all, path = "/items", limit = 3, window = 2h, key = path }
            ]\
            """)) {
            assertHeaders(server.send("GET", "/items", "X-Forwarded-For", ONE), 2, 1, 3600);
            assertHeaders(server.send("GET", "/items", "X-Forwarded-For", ONE), 2, 0, 3600);
            assertThat(server.get("/items", ONE)).isEqualTo(429);
            assertHeaders(server.send("GET", "/items", "X-Forwarded-For", OTHER), 3, 0, 7200);
            HttpResponse<String> refused = server.send("GET", "/items", "X-Forwarded-For", OTHER);
            assertThat(refused.statusCode()).isEqualTo(429);
            assertHeaders(refused, 3, 0, 7200);
        }
    }

    @Test
    void aLimitStandsBeforeTheQuestionWhoOneIs() throws Exception {
        try (RateLimitServer server =
                new RateLimitServer("rules = [{ path = \"/secret/*\", limit = 1, window = 1h, key = address }]")) {
            HttpResponse<String> first = server.send("GET", "/secret/one");
            assertThat(first.statusCode()).isEqualTo(401);
            assertHeaders(first, 1, 0, 3600);
            assertThat(server.send("GET", "/secret/one").statusCode()).isEqualTo(429);
        }
    }

    @Test
    void anotherMethodOfALimitedPathIsStillToldSo() throws Exception {
        try (RateLimitServer server =
                new RateLimitServer("rules = [{ path = \"/items\", limit = 1, window = 1h, key = address }]")) {
            assertThat(server.send("DELETE", "/items").statusCode()).isEqualTo(405);
            assertThat(server.send("GET", "/items").statusCode()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/itemz", "/items/", "/ITEMS", "/nothing/*", "/stories/{id}", "/stories/{id...}"})
    void aRuleWhosePathNoRouteHasIsNamed(String path) {
        assertThatThrownBy(() ->
                        RateLimitServer.check("rules = [{ path = \"/items\", limit = 1, window = 1h }, { path = \""
                                + path + "\", limit = 1, window = 1h }]"))
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith(
                        "weir.rate-limits.rules[1].path: is \"" + path + "\", and no route has that path");
    }

    @Test
    void aPathThatATemplateServesIsToldTheTemplate() {
        assertThatThrownBy(
                        () -> RateLimitServer.check("rules = [{ path = \"/stories/7/view\", limit = 1, window = 1h }]"))
                .hasMessageEndingWith("; write the route's own, /stories/{storyId}/view");
    }

    @ParameterizedTest
    @CsvSource({"PUT,'takes GET, POST'", "HEAD,'and HEAD counts as GET'"})
    void aMethodThatARulesRoutesDontHaveIsNamed(String method, String message) {
        assertThatThrownBy(() -> RateLimitServer.check(
                        "rules = [{ path = \"/items\", methods = [GET, " + method + "], limit = 1, window = 1h }]"))
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith("weir.rate-limits.rules[0].methods: holds " + method)
                .hasMessageContaining(message);
    }

    /** The reset is in a second of the clock that stands, counted from when the window began. */
    private static void assertHeaders(HttpResponse<String> response, long limit, long remaining, long windowSeconds) {
        assertThat(response.headers().firstValue("X-RateLimit-Limit")).contains(Long.toString(limit));
        assertThat(response.headers().firstValue("X-RateLimit-Remaining")).contains(Long.toString(remaining));
        long reset = Long.parseLong(
                response.headers().firstValue("X-RateLimit-Reset").orElseThrow());
        long now = RateLimitServer.NOW.getEpochSecond();
        assertThat(reset).isBetween(now + windowSeconds - 30, now + windowSeconds + 1);
    }
}
