package io.weir.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RateLimitSettingsTest {
    private static RateLimitSettings read(String rateLimits) {
        Config weir = ConfigFactory.parseString("weir.rate-limits {" + rateLimits + "\n}")
                .withFallback(Configuration.load(Path.of("no-such-file"), Map.of()))
                .getConfig("weir");
        return RateLimitSettings.from(weir);
    }

    @Test
    void thereIsNoLimitByDefault() {
        RateLimitSettings settings = read("");
        assertThat(settings.rules()).isEmpty();
        assertThat(settings.redisEnabled()).isTrue();
        assertThat(settings.maxLocalBuckets()).isEqualTo(100_000);
        assertThat(settings.probeInterval()).isEqualTo(Duration.ofMillis(500));
        assertThat(settings.ipv6PrefixLength()).isEqualTo(64);
        assertThat(settings.userHeader()).isEqualTo("X-User-Id");
        assertThat(settings.apiKeyHeaders()).containsExactly("X-Api-Key", "Authorization");
    }

    @Test
    void aRuleIsRead() {
        RateLimitRule rule = read("rules = [{ name = clicks, path = \"/api/v1/clicks\", methods = [POST], limit = 100, "
                        + "window = 90s, key = [user, \"header:X-Tenant\"] }]")
                .rules()
                .getFirst();
        assertThat(rule.name()).isEqualTo("clicks");
        assertThat(rule.path()).isEqualTo("/api/v1/clicks");
        assertThat(rule.methods()).containsExactly("POST");
        assertThat(rule.limit()).isEqualTo(100);
        assertThat(rule.window()).isEqualTo(Duration.ofSeconds(90));
        assertThat(rule.keys())
                .containsExactly(
                        new RateLimitKey(RateLimitKey.Part.USER, ""),
                        new RateLimitKey(RateLimitKey.Part.HEADER, "X-Tenant"));
    }

    @Test
    void whatARuleLeavesOutIsKnown() {
        List<RateLimitRule> rules = read("rules = [{ path = \"/a\", limit = \"5\", window = 1d }, "
                        + "{ path = \"/a\", methods = [GET, POST], limit = 5, window = 1d, key = api-key }]")
                .rules();
        assertThat(rules).extracting(RateLimitRule::name).containsExactly("/a", "GET,POST /a");
        assertThat(rules.getFirst().methods()).isEmpty();
        assertThat(rules.getFirst().keys()).extracting(RateLimitKey::text).containsExactly("address", "path");
        assertThat(rules.getFirst().limit()).isEqualTo(5);
    }

    @Test
    void rulesMayComeFromSystemProperties() {
        assertThat(read("rules.0.path = \"/a\", rules.0.limit = \"5\", rules.0.window = 1s")
                        .rules())
                .hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"false,false", "true,true", "no,false"})
    void theEnvironmentTurnsRedisOff(String value, boolean enabled) {
        Config weir = Configuration.load(Path.of("no-such-file"), Map.of("RATE_LIMIT_REDIS_ENABLED", value))
                .getConfig("weir");
        assertThat(RateLimitSettings.from(weir).redisEnabled()).isEqualTo(enabled);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "redis-enabled = perhaps            | redis-enabled      | true or false",
                "redis-enabeld = true               | redis-enabeld      | not a known key; there are redis-enabled",
                "max-local-buckets = 0              | max-local-buckets  | whole number from 1",
                "max-local-buckets = 3000000000     | max-local-buckets  | whole number from 1",
                "probe-interval = 5                 | probe-interval     | with its unit",
                "probe-interval = -5s               | probe-interval     | longer than zero",
                "ipv6-prefix-length = 129           | ipv6-prefix-length | from 1 to 128",
                "user-header = \"X User\"           | user-header        | no name of a header",
                "api-key-headers = [1]              | api-key-headers    | list of strings",
                "rules = 7                          | rules              | write a list",
                "rules = [7]                        | rules[0]           | write an object",
            })
    void aBadSettingIsNamedWithItsKey(String setting, String key, String message) {
        assertThatThrownBy(() -> read(setting))
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith("weir.rate-limits." + key + ": ")
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "limt = 1             | limt    | not a known key",
                "path = null          | path    | is missing",
                "path = 7             | path    | write a string",
                "path = a             | path    | begins with /",
                "path = \"/a?b=c\"    | path    | no query",
                "path = \"/a b\"      | path    | percent-encoded",
                "path = \"/a*b\"      | path    | at the end only",
                "limit = 0            | limit   | at least 1",
                "limit = -1           | limit   | at least 1",
                "limit = 1.5          | limit   | whole number",
                "limit = many         | limit   | whole number",
                "limit = [1]          | limit   | whole number",
                "limit = 1000000001   | limit   | from 1 to 1000000000",
                "limit = 1e30         | limit   | whole number",
                "window = 60          | window  | with its unit",
                "window = \"60\"      | window  | with its unit",
                "window = soon        | window  | with its unit",
                "window = 999ms       | window  | from 1s to 366d",
                "window = 367d        | window  | from 1s to 366d",
                "window = 99999999999d| window  | from 1s to 366d",
                "methods = []         | methods | for all of them",
                "methods = [get]      | methods | in capitals",
                "methods = [1]        | methods | list of strings",
                "methods = true       | methods | write a list",
                "key = ip             | key     | there are address, path, user, api-key and header:NAME",
                "key = header         | key     | there are address",
                "key = \"header:\"    | key     | no name of a header",
                "key = \"header:a b\" | key     | no name of a header",
                "key = []             | key     | at least one part",
                "key = [user, user]   | key     | none twice",
                "name = \"\"          | name    | printable",
                "name = \"a\\nb\"     | name    | printable",
            })
    void aBadRuleIsNamedWithItsPlaceAndKey(String setting, String key, String message) {
        String rules = "rules = [{ path = \"/x\", limit = 1, window = 1m },"
                + "{ path = \"/a\", limit = 1, window = 1m, " + setting + " }]";
        assertThatThrownBy(() -> read(rules))
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith("weir.rate-limits.rules[1]." + key + ": ")
                .hasMessageContaining(message);
    }

    @Test
    void twoRulesOfOneNameAreTold() {
        assertThatThrownBy(() -> read("rules = [{ path = \"/a\", limit = 1, window = 1m, key = user },"
                        + "{ path = \"/a\", limit = 9, window = 1d, key = user }]"))
                .hasMessage(
                        "weir.rate-limits.rules[1].name: is \"/a\", as that of weir.rate-limits.rules[0]; give each a"
                                + " name of its own");
    }
}
