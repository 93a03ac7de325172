package io.weir.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.RedisCredentials;
import io.lettuce.core.RedisURI;
import io.weir.settings.SettingsException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedisAddressTest {
    @Test
    void allPartsAreRead() {
        RedisURI address = parse("rediss://weir:p%40ss+w@cache.example:7000/3");
        assertThat(address.getHost()).isEqualTo("cache.example");
        assertThat(address.getPort()).isEqualTo(7000);
        assertThat(address.getDatabase()).isEqualTo(3);
        assertThat(address.isSsl()).isTrue();
        RedisCredentials credentials =
                address.getCredentialsProvider().resolveCredentials().block();
        assertThat(credentials).isNotNull();
        assertThat(credentials.getUsername()).isEqualTo("weir");
        assertThat(new String(credentials.getPassword())).isEqualTo("p@ss+w");
    }

    @Test
    void whatIsLeftOutHasADefault() {
        RedisURI address = parse("redis://localhost");
        assertThat(address.getPort()).isEqualTo(6379);
        assertThat(address.getDatabase()).isZero();
        assertThat(address.isSsl()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://:hidden@localhost",
                "redis://:hidden@one,two:6379",
                "redis://:hidden@localhost/zero",
                "redis://:hidden@localhost?timeout=1s",
                "redis://:hidden{@localhost",
                "redis-sentinel://:hidden@localhost",
                "localhost:6379",
                ""
            })
    void anythingElseIsRefusedWithoutShowingThePassword(String url) {
        assertThatThrownBy(() -> parse(url))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("weir.log.redis-url")
                .hasMessageContaining("redis://")
                .hasMessageNotContaining("hidden")
                .hasNoCause();
    }

    private static RedisURI parse(String url) {
        return RedisAddress.parse(url, Duration.ofSeconds(1));
    }
}
