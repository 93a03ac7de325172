package io.weir.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigParseOptions;
import io.weir.settings.Configuration;
import io.weir.settings.Hocon;
import io.weir.settings.RateLimitSettings;
import io.weir.settings.SettingsException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** What stands under weir.rate-limits: it is read, or refused with its key. */
final class RateLimitTarget implements FuzzTarget {
    private static final Config DEFAULTS =
            Configuration.load(Path.of("no-such-file")).getConfig("weir").withOnlyPath("rate-limits");

    @Override
    public String name() {
        return "rate-limits";
    }

    /** A file of the operator's, by a library's parser. */
    @Override
    public Duration slowAfter() {
        return Duration.ofMillis(500);
    }

    @Override
    public List<byte[]> seeds() {
        return List.of(
                "rules = [{ path = \"/a\", limit = 5, window = 1m, methods = [GET], key = user }]"
                        .getBytes(StandardCharsets.UTF_8),
                "rules = [{ name = n, path = \"/a/{b}/*\", limit = \"5\", window = 90s, key = [path, \"header:X-A\"] }]"
                        .getBytes(StandardCharsets.UTF_8),
                "redis-enabled = false, max-local-buckets = 5, probe-interval = 1s, ipv6-prefix-length = 56"
                        .getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public List<String> tokens() {
        return List.of(
                "rules = [",
                "rules.0.path = ",
                "limit = -1",
                "limit = 1.5",
                "limit = 1e300",
                "limit = \"\"",
                "window = 60",
                "window = 1e9d",
                "window = \"m\"",
                "window = \"\"",
                "key = []",
                "key = \"header:\"",
                "= null",
                "+=",
                "${?a}",
                "methods = \"\"",
                "path = \"*\"",
                "path = \"\"",
                "name = \"\"",
                "user-header = \"\"",
                "{}",
                "[]",
                "true",
                "99999999999999999999",
                "1e999999999",
                "\\u0000",
                "api-key-headers");
    }

    @Override
    public void check(byte[] input) {
        Config weir;
        try {
            weir = Hocon.parse(
                            "rate-limits {" + new String(input, StandardCharsets.UTF_8) + "\n}",
                            ConfigParseOptions.defaults())
                    .withFallback(DEFAULTS)
                    .resolve();
        } catch (ConfigException | StackOverflowError noHocon) {
            // the parser is a library's, and so is how deep it goes; the file is the operator's
            return;
        }
        RateLimitSettings settings;
        try {
            settings = RateLimitSettings.from(weir);
        } catch (SettingsException refused) {
            assertThat(refused.getMessage()).startsWith("weir.rate-limits");
            return;
        }
        assertThat(settings.rules()).allSatisfy(rule -> {
            assertThat(rule.limit()).isBetween(1L, 1_000_000_000L);
            assertThat(rule.window()).isBetween(Duration.ofSeconds(1), Duration.ofDays(366));
            assertThat(rule.path()).startsWith("/");
            assertThat(rule.name()).isNotBlank();
            assertThat(rule.keys()).isNotEmpty();
        });
    }
}
