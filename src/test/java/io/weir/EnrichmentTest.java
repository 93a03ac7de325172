package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.Range;
import io.lettuce.core.RedisClient;
import io.weir.cli.RecountCommand;
import io.weir.cli.VerifyCommand;
import io.weir.settings.SettingsException;
import io.weir.testkit.CountryFile;
import io.weir.testkit.PostgresForTests;
import io.weir.testkit.PostgresTestDatabase;
import io.weir.testkit.RedisForTests;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Events are enriched before they come into the log; bots are stored, flagged and not counted. */
class EnrichmentTest {
    private static final String GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";

    private final PostgresTestDatabase database = PostgresForTests.freshDatabase();
    private final String key = RedisForTests.freshPrefix() + "enrich";

    @SuppressWarnings("NullAway.Init") // each test starts it, or tries to
    private RunningWeir weir;

    @TempDir
    private Path home;

    @BeforeEach
    void createTables() throws Exception {
        database.execute(
                "CREATE TABLE hits (k text UNIQUE, page text, address inet, user_agent text, referrer_domain text,"
                        + " browser text, os text, device text, is_bot boolean, utm_source text, country text)");
        database.execute("CREATE TABLE pages_hit (page text PRIMARY KEY, n bigint NOT NULL DEFAULT 0)");
    }

    @AfterEach
    void stop() {
        // one test's server does not start
        if (weir != null) {
            weir.close();
        }
    }

    @Test
    void botsAreStoredAndFlaggedAndNotCountedUntilTheRuleSaysSo() throws Exception {
        start("where { is_bot = false }", "", Map.of());
        hit("{\"page\":\"/\",\"url\":\"https://e.com/?utm_source=news\"}", RunningWeir.BROWSER);
        hit("{\"page\":\"/\"}", GOOGLEBOT);
        hit("{\"page\":\"/seo\"}", GOOGLEBOT);
        // what a client says of it counts for nothing, of whatever type it is
        hit("{\"page\":\"/\",\"is_bot\":false,\"browser\":\"Firefox\",\"country\":\"XX\"}", GOOGLEBOT);
        hit("{\"page\":\"/\",\"is_bot\":\"no\",\"os\":7}", GOOGLEBOT);
        // one event names its own
        hit("{\"page\":\"/\",\"user_agent\":\"%s\"}".formatted(RunningWeir.BROWSER), GOOGLEBOT);

        assertThat(database.query("SELECT browser, os, device, is_bot, country, count(*) FROM hits"
                        + " GROUP BY 1, 2, 3, 4, 5 ORDER BY 1"))
                .containsExactly("Firefox|Linux|desktop|f||2", "Googlebot||bot|t||4");
        assertThat(database.query("SELECT DISTINCT address, referrer_domain FROM hits"))
                .containsExactly("127.0.0.0|ref.example");
        assertThat(database.query("SELECT utm_source FROM hits WHERE utm_source IS NOT NULL"))
                .containsExactly("news");
        assertThat(database.query("SELECT page, n FROM pages_hit")).containsExactly("/|2");
        verify(0);

        weir.close();
        start("", "", Map.of());
        hit("{\"page\":\"/\"}", GOOGLEBOT);
        verify(1);
        assertThat(run(new RecountCommand(), 0, "s", "--url", weir.url()))
                .contains("pages_hit.n: 7 rows of hits, 2 entities, 2 of them changed");
        assertThat(database.query("SELECT page, n FROM pages_hit ORDER BY 1")).containsExactly("/|6", "/seo|1");
        verify(0);

        weir.close();
        start("where { is_bot = false, device = [desktop, phone] }", "", Map.of());
        run(new RecountCommand(), 0, "s", "--url", weir.url());
        assertThat(database.query("SELECT page, n FROM pages_hit ORDER BY 1")).containsExactly("/|2", "/seo|0");
        verify(0);
        assertThat(weir.get("/metrics").body())
                .contains("weir_enrich_user_agents_cached", "weir_enrich_user_agents_parsed_total");
    }

    @Test
    void whatIsTransientAndTheWholeAddressComeIntoNoLogAndNoTable() throws Exception {
        start("", "transient = true", Map.of());
        hit("{\"page\":\"/\",\"address\":\"203.0.113.77\"}", RunningWeir.BROWSER);
        String logged = logged();
        assertThat(logged).contains("\"address\":\"203.0.113.0\"", "\"browser\":\"Firefox\"", "\"is_bot\":false");
        assertThat(logged).doesNotContain("203.0.113.77", "Gecko", "user_agent");
        assertThat(database.query("SELECT address, user_agent, browser FROM hits"))
                .containsExactly("203.0.113.0||Firefox");
    }

    @Test
    void aCountryIsThatOfTheWholeAddressAndTheFileMayBeReplaced() throws Exception {
        Path file = home.resolve("countries.mmdb");
        new CountryFile().with("203.0.113.64/26", "DE").writeTo(file);
        start(
                "",
                "",
                Map.of("weir.enrich.country-database", file.toString(), "weir.enrich.country-check-interval", "50ms"));
        hit("{\"page\":\"/\",\"address\":\"203.0.113.77\"}", RunningWeir.BROWSER);
        hit("{\"page\":\"/\",\"address\":\"203.0.113.7\"}", RunningWeir.BROWSER);
        assertThat(database.query("SELECT country, address FROM hits ORDER BY 1"))
                .containsExactly("DE|203.0.113.0", "|203.0.113.0");
        new CountryFile()
                .with("203.0.113.0/24", "AT")
                .with("198.51.100.0/24", "CH")
                .writeTo(file);
        await().untilAsserted(() -> {
            hit("{\"page\":\"/\",\"address\":\"203.0.113.7\"}", RunningWeir.BROWSER);
            assertThat(database.number("SELECT count(*) FROM hits WHERE country = 'AT'"))
                    .isPositive();
        });
    }

    @Test
    void aCountryDatabaseThatIsNotThereStopsTheStart() {
        assertThatThrownBy(() -> start("", "", Map.of("weir.enrich.country-database", "no-such.mmdb")))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("weir.enrich.country-database")
                .hasMessageContaining("no-such.mmdb");
    }

    @Test
    void aLetterIsEnrichedOnceWhetherTheDoorRefusedItOrTheDatabase() throws Exception {
        start("where { is_bot = false }", "transient = true", Map.of());
        // refused at the door: enriched when it is replayed; nobody knows who sent it, so it names its user agent
        weir.post(
                "/api/v1/streams/s/events?wait=committed&on-invalid=dead-letter",
                "application/json",
                "{\"page\":7,\"address\":\"203.0.113.77\",\"is_bot\":true,\"user_agent\":\"%s\"}"
                        .formatted(RunningWeir.BROWSER));
        // refused by the database, after its user agent was dropped
        database.execute("ALTER TABLE hits ADD CONSTRAINT no_admin CHECK (page <> '/admin')");
        hit("{\"page\":\"/admin\",\"address\":\"203.0.113.78\"}", RunningWeir.BROWSER);
        assertThat(database.number("SELECT count(*) FROM dead_letter")).isEqualTo(2);
        database.execute("ALTER TABLE hits DROP CONSTRAINT no_admin");
        database.execute("UPDATE dead_letter SET edited = convert_to(replace(convert_from(raw, 'UTF8'), '7,\"addr',"
                + " '\"/seven\",\"addr'), 'UTF8') WHERE reason_class = 'invalid'");
        assertThat(weir.send("POST", "/api/admin/dead-letters/replay?stream=s", "")
                        .body())
                .contains("\"replayed\":2");
        await().untilAsserted(() -> assertThat(
                        database.query("SELECT page, address, browser, is_bot, user_agent FROM hits ORDER BY 1"))
                .containsExactly("/admin|203.0.113.0|Firefox|f|", "/seven|203.0.113.0|Firefox|f|"));
        assertThat(database.query("SELECT page, n FROM pages_hit ORDER BY 1")).containsExactly("/admin|1", "/seven|1");
    }

    private void start(String rule, String userAgent, Map<String, Object> settings) throws Exception {
        String columns = userAgent.isEmpty() ? ", user_agent = user_agent" : "";
        DefinitionHome.write(home, """
            weir.streams.s {
              redis-key = "%s"
              fields {
                page = { type = text, required = true }
                url = text
                address = { type = ip, default = "$address" }
                user_agent = { type = text, default = "$user-agent", max-length = 300, %s }
                referrer = { type = text, default = "$referrer" }
                browser = text, os = text, device = text, is_bot = boolean
                referrer_domain = text, utm_source = text, country = text
              }
              enrich = [user-agent, bot, referrer, utm, country, anonymous-ip]
              entity = page
              counters = [{ table = pages_hit, key { page = page }, set { n = count }, %s }]
              rows = [{
                table = hits
                columns {
                  k = "$key", page = page, address = address, referrer_domain = referrer_domain, browser = browser
                  os = os, device = device, is_bot = is_bot, utm_source = utm_source, country = country %s
                }
              }]
            }
            """.formatted(key, userAgent, rule, columns));
        weir = RunningWeir.start(home, RedisForTests.url(), database.url(), settings);
    }

    private void hit(String body, String userAgent) throws Exception {
        HttpResponse<String> response = weir.post(
                "/api/v1/streams/s/events?wait=committed",
                "application/json",
                body,
                "User-Agent",
                userAgent,
                "Referer",
                "https://www.ref.example/page");
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    }

    private String logged() {
        try (RedisClient client = RedisClient.create(RedisForTests.url());
                var connection = client.connect()) {
            return connection.sync().xrange(key, Range.unbounded()).toString();
        }
    }

    private void verify(int expectedExit) {
        run(new VerifyCommand(), expectedExit, "--url", weir.url());
    }

    private static String run(Object command, int expectedExit, String... arguments) {
        StringWriter out = new StringWriter();
        int exit = new CommandLine(command)
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(out))
                .execute(arguments);
        assertThat(exit).as(out.toString()).isEqualTo(expectedExit);
        return out.toString();
    }
}
