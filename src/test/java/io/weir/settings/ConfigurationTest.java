package io.weir.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigurationTest {
    @TempDir
    private Path directory;

    private Config load(Map<String, String> environment) {
        return Configuration.load(directory.resolve("weir.conf"), environment).getConfig("weir");
    }

    @Test
    void theDefaultsAreComplete() {
        Config weir = load(Map.of());
        assertThat(HttpSettings.from(weir).port()).isEqualTo(8085);
        assertThat(LogSettings.from(weir).redisUrl()).isEqualTo("redis://127.0.0.1:6379");
        assertThat(PipelineSettings.from(weir).drainTimeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(StoreSettings.from(weir).poolSize()).isEqualTo(8);
        assertThat(EmbeddedSettings.from(weir).redisPort()).isEqualTo(8086);
    }

    @Test
    void theOperatorsFileWinsOverTheDefaults() throws IOException {
        Files.writeString(directory.resolve("weir.conf"), "weir.http.retry-after = 7s");
        assertThat(HttpSettings.from(load(Map.of())).retryAfter()).isEqualTo(Duration.ofSeconds(7));
    }

    @Test
    void anEscapeThatIsNoCharacterIsSaidWithItsFile() throws IOException {
        Files.writeString(directory.resolve("weir.conf"), "weir { \"\\u-0a1\" = 1 }");
        assertThatThrownBy(() -> load(Map.of()))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("weir.conf: an escape (\\u…) is no character");
    }

    @Test
    void theEnvironmentWinsOverTheOperatorsFileWhereItIsSet() throws IOException {
        Files.writeString(directory.resolve("weir.conf"), "weir { http.port = 1111, embedded.redis-port = 2222 }");
        Config weir = load(Map.of("WEIR_HTTP_PORT", "3333"));
        assertThat(HttpSettings.from(weir).port()).isEqualTo(3333);
        assertThat(EmbeddedSettings.from(weir).redisPort()).isEqualTo(2222);
    }

    @Test
    void theAdministrativeTokenComesFromTheEnvironmentAndIsNotShown() {
        assertThat(HttpSettings.from(load(Map.of())).adminToken()).isNull();
        HttpSettings settings = HttpSettings.from(load(Map.of("WEIR_ADMIN_TOKEN", "s3cret")));
        assertThat(settings.adminToken()).isEqualTo("s3cret");
        assertThat(settings.toString()).doesNotContain("s3cret");
        assertThatThrownBy(() -> HttpSettings.from(load(Map.of("WEIR_ADMIN_TOKEN", "two words"))))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("weir.http.admin-token")
                .hasMessageNotContaining("two");
    }

    @Test
    void theFileThatShipsChangesNothing() {
        Path shipped = Path.of("conf/weir.conf");
        assertThat(shipped).exists();
        assertThat(Configuration.load(shipped, Map.of()).getConfig("weir")).isEqualTo(load(Map.of()));
    }

    @Test
    void redisIsPutTogetherFromItsParts() {
        Config weir = load(Map.of("REDIS_HOST", "cache", "REDIS_PASSWORD", "s/1"));
        assertThat(LogSettings.from(weir).redisUrl()).isEqualTo("redis://:s%2F1@cache:6379");
    }

    @ParameterizedTest
    @CsvSource({"30,30000", "45s,45000", "1500ms,1500", "999,999000", "1000,1000", "30000,30000", "' 5 ',5000"})
    void aDurationWithoutAUnitIsReadAsItIsMeant(String value, long milliseconds) {
        Config weir = load(Map.of("QUEUE_SHUTDOWN_TIMEOUT", value));
        assertThat(PipelineSettings.from(weir).drainTimeout()).isEqualTo(Duration.ofMillis(milliseconds));
    }

    @Test
    void definitionsSeeTheSameVariables() {
        Config definition = ConfigFactory.parseString("""
            window { max-delay = 1s, max-delay = ${?QUEUE_PROCESS_INTERVAL}
                     max-events = 100, max-events = ${?QUEUE_BATCH_SIZE} }
            partitions = 5
            partitions = ${?QUEUE_WORKER_COUNT}
            """);
        Config resolved =
                Environment.resolve(definition, Map.of("QUEUE_PROCESS_INTERVAL", "2", "QUEUE_BATCH_SIZE", "50"));
        assertThat(resolved.getDuration("window.max-delay")).isEqualTo(Duration.ofSeconds(2));
        assertThat(resolved.getInt("window.max-events")).isEqualTo(50);
        assertThat(resolved.getInt("partitions")).isEqualTo(5);
    }

    @ParameterizedTest
    @CsvSource({"24, 24h", "0.5, 30m", "90m, 90m"})
    void hoursNeedNoUnitWhereTheNameSaysThem(String given, String meant) {
        Config definition =
                ConfigFactory.parseString("ttl = ${VIEW_DEDUP_TTL_HOURS}, max-delay = ${VIEW_SYNC_INTERVAL_HOURS}");
        Config resolved = Environment.resolve(
                definition, Map.of("VIEW_DEDUP_TTL_HOURS", given, "VIEW_SYNC_INTERVAL_HOURS", given));
        Duration expected = ConfigFactory.parseString("d = " + meant).getDuration("d");
        assertThat(resolved.getDuration("ttl")).isEqualTo(expected);
        assertThat(resolved.getDuration("max-delay")).isEqualTo(expected);
    }

    @Test
    void theEnvironmentDoesNotBecomePartOfTheConfiguration() {
        Config whole = Configuration.load(directory.resolve("weir.conf"), Map.of("TOKEN", "secret"));
        assertThat(whole.hasPath("TOKEN")).isFalse();
    }

    @Test
    void anEmptyVariableIsNoVariable() {
        assertThat(HttpSettings.from(load(Map.of("WEIR_HTTP_PORT", ""))).port()).isEqualTo(8085);
    }

    @Test
    void aVariableWithAStrangeNameDoesNoHarm() {
        assertThat(load(Map.of("BASH_FUNC_a%%", "() { :; }", "x.y", "1")).hasPath("x.y"))
                .isFalse();
    }
}
