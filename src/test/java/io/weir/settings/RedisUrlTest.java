package io.weir.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.RedisURI;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedisUrlTest {
    private static final String CONFIGURED = "redis://configured:1";

    @Test
    void withoutVariablesTheSettingStands() {
        assertThat(RedisUrl.resolve(Map.of(), CONFIGURED)).isEqualTo(CONFIGURED);
        assertThat(RedisUrl.resolve(Map.of("REDIS_URL", " ", "REDIS_HOST", ""), CONFIGURED))
                .isEqualTo(CONFIGURED);
    }

    @Test
    void theUrlWinsOverTheParts() {
        assertThat(RedisUrl.resolve(Map.of("REDIS_URL", "rediss://a:1", "REDIS_HOST", "b"), CONFIGURED))
                .isEqualTo("rediss://a:1");
    }

    @Test
    void theHostAloneIsEnough() {
        assertThat(RedisUrl.resolve(Map.of("REDIS_HOST", "cache"), CONFIGURED)).isEqualTo("redis://cache:6379");
    }

    @Test
    void aPasswordWithoutAHostChangesNothing() {
        assertThat(RedisUrl.resolve(Map.of("REDIS_PASSWORD", "secret"), CONFIGURED))
                .isEqualTo(CONFIGURED);
    }

    @Test
    void anIpv6AddressIsPutInBrackets() {
        assertThat(RedisUrl.resolve(Map.of("REDIS_HOST", "::1", "REDIS_PORT", "7000"), CONFIGURED))
                .isEqualTo("redis://[::1]:7000");
    }

    @ParameterizedTest
    @CsvSource({"plain", "p@ss:w/rd", "a b+c%20", "ünïcödé#?&"})
    void thePasswordArrivesAsItWasSet(String password) {
        String url = RedisUrl.resolve(
                Map.of("REDIS_HOST", "h", "REDIS_PORT", "7001", "REDIS_PASSWORD", password, "REDIS_TLS", "true"),
                CONFIGURED);
        RedisURI read = RedisURI.create(url);
        assertThat(read.getHost()).isEqualTo("h");
        assertThat(read.getPort()).isEqualTo(7001);
        assertThat(read.isSsl()).isTrue();
        assertThat(read.getCredentialsProvider().resolveCredentials().block().getPassword())
                .containsExactly(password.toCharArray());
    }

    @ParameterizedTest
    @CsvSource({"REDIS_PORT,0", "REDIS_PORT,65536", "REDIS_PORT,six", "REDIS_TLS,maybe"})
    void aBadPartIsNamed(String name, String value) {
        assertThatThrownBy(() -> RedisUrl.resolve(Map.of("REDIS_HOST", "h", name, value), CONFIGURED))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining(name)
                .hasMessageContaining(value);
    }

    @Test
    void aUrlInThePlaceOfAHostIsRefused() {
        assertThatThrownBy(() -> RedisUrl.resolve(Map.of("REDIS_HOST", "redis://h"), CONFIGURED))
                .hasMessageContaining("REDIS_URL");
    }
}
