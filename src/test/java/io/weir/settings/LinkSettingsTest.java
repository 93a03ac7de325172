package io.weir.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LinkSettingsTest {
    private static final Config DEFAULTS =
            ConfigFactory.parseResources("defaults.conf").resolve().getConfig("weir");

    private static LinkSettings with(String key, String value) {
        return LinkSettings.from(
                ConfigFactory.parseString(key + " = \"" + value + "\"").withFallback(DEFAULTS));
    }

    @ParameterizedTest
    @CsvSource({
        "links.public-url, go.example.com",
        "links.public-url, https://go.example.com/",
        "links.public-url, https://user@go.example.com",
        "links.public-url, ftp://go.example.com",
        "links.table, links; DROP TABLE links",
        "links.cache-control, a\\r\\nSet-Cookie: b",
        "links.cache.max-links, 0",
        "links.cache.max-absent, 0",
        "links.cache.refresh-after, 0s",
        "links.cache.ttl, 0s",
        "links.cache.stale-retry, -1s",
        "links.cache.redis-prefix, ''",
        "links.cache.max-lookups, 0",
        "links.clicks.max-in-flight, 0",
        "links.clicks.retry-delay, 0s"
    })
    void aSettingThatCanNotBeUsedIsNamed(String key, String value) {
        assertThatThrownBy(() -> with(key, value))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining(key);
    }

    @Test
    void emptyMeansNone() {
        assertThat(with("links.click-stream", "").clickStream()).isNull();
        assertThat(with("links.referrer-policy", "").referrerPolicy()).isNull();
        assertThat(LinkSettings.from(DEFAULTS).publicUrl()).isNull();
        assertThat(with("links.public-url", "https://go.example.com:8443").publicUrl())
                .isEqualTo("https://go.example.com:8443");
    }
}
