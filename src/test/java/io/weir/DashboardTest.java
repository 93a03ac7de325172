package io.weir;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import io.weir.embedded.EmbeddedRedisServer;
import io.weir.embedded.FreePort;
import io.weir.testkit.Chromium;
import io.weir.testkit.PostgresForTests;
import io.weir.testkit.PostgresTestDatabase;
import io.weir.testkit.RedisForTests;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.PoisonPill;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The dashboard in a real browser, of a whole server. */
@Tag("browser")
class DashboardTest {
    private static final String TOKEN = "a-token-for-the-test-of-the-page";
    private static final int LISTENERS = 3;
    private static Chromium chromium;

    private final PostgresTestDatabase database = PostgresForTests.freshDatabase();
    private final List<String> errors = new ArrayList<>();
    private EmbeddedRedisServer redis;
    private RunningWeir weir;
    private Page page;
    private Path home;
    private int port;

    @BeforeAll
    static void startBrowser() {
        chromium = Chromium.start();
    }

    @AfterAll
    static void stopBrowser() {
        if (chromium != null) {
            chromium.close();
        }
    }

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        home = directory;
        port = FreePort.on("127.0.0.1");
        redis = RedisForTests.startPrivate(directory.resolve("redis"));
        define("");
        startWeir();
        page = chromium.browser().newPage();
        page.onConsoleMessage(message -> {
            if (message.type().equals("error")) {
                errors.add(message.text());
            }
        });
        page.onPageError(errors::add);
    }

    @AfterEach
    void stop() {
        page.close();
        weir.close();
        redis.close();
    }

    /** The stream with some more lines in its definition. */
    private void define(String more) throws Exception {
        DefinitionHome.write(home, DefinitionHome.LIMITED_CLICKS + "\nweir.streams.link-clicks { " + more + " }\n");
    }

    private void startWeir() throws Exception {
        weir = RunningWeir.start(
                home,
                redis.url(),
                database.url(),
                Map.of(
                        "weir.http.admin-token",
                        TOKEN,
                        "weir.http.port",
                        port,
                        "weir.dashboard.interval",
                        "200ms",
                        "weir.dashboard.max-listeners",
                        LISTENERS));
    }

    private void open() {
        page.addInitScript("sessionStorage.setItem('weir-admin-token', '" + TOKEN + "')");
        page.navigate(weir.url() + "/dashboard");
        assertThat(page.locator("#connection")).hasText("Live");
    }

    private void click(String link, int count) throws Exception {
        String body = "{\"linkId\":\"" + link + "\",\"count\":" + count + "}";
        assertThat(weir.post("/api/v1/clicks?wait=committed", RunningWeir.JSON, body)
                        .statusCode())
                .isEqualTo(200);
    }

    private void awaitAccepted(int events) {
        assertThat(page.locator("#streams td").nth(1)).hasText(String.valueOf(events));
        assertThat(page.locator("#streams td").nth(2)).hasText(String.valueOf(events));
    }

    @Test
    void numbersMoveWhileEventsFlow() throws Exception {
        open();
        awaitAccepted(0);
        click("a", 1);
        awaitAccepted(1);
        click("a", 1);
        click("b", 1);
        awaitAccepted(3);
        // accepted and committed events, and transactions: a line that has risen stays to be seen for two minutes
        for (String line : List.of("#charts path.line-0 >> nth=0", "#charts path.line-1", "#charts path >> nth=-1")) {
            assertThat(page.locator(line)).hasAttribute("d", Pattern.compile("[ML]\\d+ (?!39(?:[ML]|$))"));
        }
        assertThat(page.locator("#partitions")).containsText(Pattern.compile("link-clicks/0.*well"));
        assertThat(page.locator("#ledger-sum")).containsText("Every accepted event is accounted for");
        assertThat(page.locator("#parts")).containsText("PostgreSQL: answers");
        assertThat(page.locator("#members")).containsText("(this one)");
        assertThat(errors).isEmpty();
    }

    @Test
    void aDeadLetterIsEditedAndReplayedByHandAndCounted() throws Exception {
        database.execute("ALTER TABLE links ADD CONSTRAINT few CHECK (clicks <= 100)");
        click("a", 1);
        click("a", 500);
        open();
        page.locator("#letters button").click();
        assertThat(page.locator("#letter-body")).hasValue(Pattern.compile(".*500.*", Pattern.DOTALL));
        page.locator("#letter-body").fill("{\"linkId\":\"a\",\"count\":7}");
        page.locator("#letter-replay").click();
        assertThat(page.locator("#letters-said")).containsText("on its way again");
        await().untilAsserted(() -> assertThat(database.number("SELECT clicks FROM links WHERE id = 'a'"))
                .isEqualTo(8));
        assertThat(errors).isEmpty();
    }

    @Test
    void aDeadLetterIsPutAside() throws Exception {
        database.execute("ALTER TABLE links ADD CONSTRAINT few CHECK (clicks <= 100)");
        click("a", 500);
        open();
        page.locator("#letters button").click();
        page.locator("#letter-discard").click();
        assertThat(page.locator("#letters")).containsText("No dead letters");
        assertThat(database.query("SELECT state FROM dead_letter")).containsExactly("discarded");
    }

    @Test
    void theGreatestEntitiesAreShownWithTheCourseOfOneOfThem() throws Exception {
        open();
        assertThat(page.locator("#top")).containsText("No stream keeps rollups");
        weir.close();
        define("rollups = [minute, hour, day]");
        startWeir();
        click("many", 40);
        click("few", 2);
        assertThat(page.locator("#connection")).hasText("Live");
        assertThat(page.locator("#top tbody tr").first()).containsText(Pattern.compile("many\\s*40"));
        assertThat(page.locator("#top-curve")).containsText("many: clicks by the hour");
        assertThat(page.locator("#top-curve")).containsText("40 in all");

        page.locator("#top button").nth(1).click();
        assertThat(page.locator("#top-curve")).containsText("few: clicks by the hour");
        assertThat(page.locator("#top-curve")).containsText("2 in all");
        assertThat(page.locator("#top-curve rect")).hasCount(24);
        assertAccessible("the greatest");
        // a browser reports by itself that nobody listened
        assertThat(errors).allMatch(error -> error.contains("net::ERR_"));
    }

    @Test
    void anotherNodesEventsAreAddedAndItIsNamedOnceItDoesNotAnswer() throws Exception {
        try (RunningWeir other = RunningWeir.start(
                home,
                redis.url(),
                database.url(),
                Map.of("weir.cluster.seed-nodes", List.of(weir.server().clusterAddress())))) {
            open();
            String address = other.server().clusterAddress();
            assertThat(page.locator("#members tr").filter(new Locator.FilterOptions().setHasText(address)))
                    .containsText("well");
            click("a", 1);
            String body = "{\"linkId\":\"a\"}";
            await().until(() -> other.post("/api/v1/clicks?wait=committed", RunningWeir.JSON, body)
                            .statusCode()
                    == 200);
            awaitAccepted(2);
            assertThat(page.locator("#partitions")).containsText(Pattern.compile("link-clicks/0.*well"));
            assertThat(page.locator("#missing")).isHidden();

            other.server()
                    .actorSystem()
                    .actorSelection("/system/node-reporter")
                    .tell(PoisonPill.getInstance(), ActorRef.noSender());
            assertThat(page.locator("#missing")).hasText("Without the figures of " + address + ": no answer.");
            assertThat(page.locator("#connection")).hasText("Live");
            assertAccessible("a node that does not answer");
            assertThat(errors).isEmpty();
        }
    }

    @Test
    void thePageSurvivesARestartOfTheServer() throws Exception {
        open();
        click("a", 1);
        awaitAccepted(1);
        weir.close();
        assertThat(page.locator("#connection")).containsText("Trying again");
        startWeir();
        assertThat(page.locator("#connection")).hasText("Live");
        click("a", 1);
        awaitAccepted(1);
        // a browser reports by itself that nobody listened
        assertThat(errors).allMatch(error -> error.contains("net::ERR_"));
    }

    @Test
    void itAsksForTheTokenWhereItIsNotKnown() {
        page.navigate(weir.url() + "/dashboard");
        page.locator("#token").fill("another");
        page.locator("#token-form button").click();
        assertThat(page.locator("#token-problem")).containsText("not the one");
        page.locator("#token").fill(TOKEN);
        page.locator("#token-form button").click();
        assertThat(page.locator("#connection")).hasText("Live");
        assertThat(page.locator("#token-form")).isHidden();
    }

    @Test
    void onePageTooManyIsToldToComeAgainAndIsFedOnceAnotherGoes() throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        try {
            List<InputStream> listeners = new ArrayList<>();
            for (int listener = 0; listener < LISTENERS; listener++) {
                HttpResponse<InputStream> fed = listen(client);
                assertThat(fed.statusCode()).isEqualTo(200);
                // it counts once it is read
                assertThat(fed.body().read()).isEqualTo('d');
                listeners.add(fed.body());
            }
            HttpResponse<InputStream> refused = listen(client);
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(refused.headers().firstValue("Retry-After")).isPresent();
            assertThat(new String(refused.body().readAllBytes(), StandardCharsets.UTF_8))
                    .contains("too many pages are fed already");
            page.addInitScript("sessionStorage.setItem('weir-admin-token', '" + TOKEN + "')");
            page.navigate(weir.url() + "/dashboard");
            assertThat(page.locator("#connection")).containsText("too many pages are fed already");

            listeners.getFirst().close();
            assertThat(page.locator("#connection")).hasText("Live");
            // a browser reports each refusal by itself
            assertThat(errors).allMatch(error -> error.contains("503"));
        } finally {
            // close would wait for those that are fed for ever
            client.shutdownNow();
        }
    }

    private HttpResponse<InputStream> listen(HttpClient client) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create(weir.url() + "/api/admin/live"))
                        .header("Authorization", "Bearer " + TOKEN)
                        .build(),
                HttpResponse.BodyHandlers.ofInputStream());
    }

    @Test
    void nothingKeepsPeopleOut() throws Exception {
        database.execute("ALTER TABLE links ADD CONSTRAINT few CHECK (clicks <= 100)");
        click("a", 500);
        for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            for (int width : new int[] {360, 900, 1440}) {
                page.close();
                page = chromium.browser()
                        .newPage(new Browser.NewPageOptions()
                                .setColorScheme(scheme)
                                .setBypassCSP(true)
                                .setViewportSize(width, 900));
                open();
                page.locator("#letters button").waitFor();
                assertAccessible(scheme + " at " + width);
                shoot(scheme + "-" + width);
                assertThat(page.evaluate("[...document.querySelectorAll('body *')].filter(e => !e.closest('.wide *') &&"
                                + " e.getBoundingClientRect().right > innerWidth).map(e =>"
                                + " e.outerHTML.slice(0, 80))"))
                        .as("what is wider than %s", width)
                        .isEqualTo(List.of());
                page.locator("#letters button").click();
                assertAccessible("a letter, " + scheme + " at " + width);
            }
        }
    }

    private void assertAccessible(String what) {
        assertThat(new AxeBuilder(page)
                        .withTags(List.of("wcag2a", "wcag2aa", "wcag21a", "wcag21aa"))
                        .analyze()
                        .getViolations())
                .as(what)
                .isEmpty();
    }

    /** For a person to look at, where a directory for them is named. */
    private void shoot(String name) {
        String directory = System.getenv("WEIR_SCREENSHOTS");
        if (directory != null) {
            page.screenshot(new Page.ScreenshotOptions().setFullPage(true).setPath(Path.of(directory, name + ".png")));
        }
    }
}
