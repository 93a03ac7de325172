package io.weir.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AlertSettingsTest {
    private static AlertSettings read(String overrides) {
        return AlertSettings.from(Overrides.of("alerts", overrides));
    }

    @Test
    void theLimitsThatShipAreThoseOfTheOlderSystems() {
        AlertSettings settings = read("");
        assertThat(settings.depth().of("story-views+chapter-views")).isEqualTo(100_000);
        assertThat(settings.depth().of("session-events")).isEqualTo(10_000);
        assertThat(settings.depth().of("collect")).isEqualTo(1_000);
        assertThat(settings.lag().of("session-events")).isEqualTo(5);
        assertThat(settings.latency().of("collect")).isEqualTo(50);
        assertThat(settings.redirects()).isEqualTo(50);
        assertThat(settings.batch().of("collect")).isEqualTo(100);
        assertThat(settings.connections()).isEqualTo(80);
        assertThat(settings.loss().of("collect")).isEqualTo(0.1);
        assertThat(settings.deadLetters().of("link-clicks")).isZero();
        assertThat(settings.crashes().of("session-events")).isZero();
    }

    @Test
    void aStreamMayHaveALimitOfItsOwnAndOffIsNone() {
        AlertSettings settings = read(
                "lag { default = off, orders = 250ms }, fullness.default = 0.5, connections = off, redirects = off");
        assertThat(settings.lag().of("orders")).isEqualTo(0.25);
        assertThat(settings.lag().of("others")).isInfinite();
        assertThat(settings.fullness().of("others")).isEqualTo(50);
        assertThat(settings.connections()).isInfinite();
        assertThat(settings.redirects()).isInfinite();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "depth.default = -1             | alerts.depth.default",
                "depth.orders = many            | alerts.depth.orders",
                "lag.default = 5x               | alerts.lag.default",
                "fullness.default = most        | alerts.fullness.default",
                "loss = { default = NaN }       | alerts.loss.default",
                "interval = 0s                  | alerts.interval",
                "raise-after = 0                | alerts.raise-after",
                "end-below = 120%               | alerts.end-below",
                "connections = -5%              | alerts.connections",
                "redirects = -1ms               | alerts.redirects",
                "webhook.url = \"ftp://host/\"  | alerts.webhook.url",
                "webhook.url = \"https://a:b@host/\" | alerts.webhook.url",
                "webhook.url = \"http://a b\"   | alerts.webhook.url",
                "webhook.max-waiting = 0        | alerts.webhook.max-waiting",
            })
    void aBadLimitIsNamed(String override, String key) {
        assertThatThrownBy(() -> read(override))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("weir." + key);
    }

    @Test
    void theReceiversAddressAndSecretStayOutOfLogs() {
        assertThat(read("webhook { url = \"https://host/T0KEN\", secret = S3CRET }")
                        .toString())
                .doesNotContain("T0KEN", "S3CRET");
    }
}
