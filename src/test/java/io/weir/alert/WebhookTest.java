package io.weir.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.weir.settings.WebhookSettings;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Alerts as a receiver gets them. */
class WebhookTest {
    private static final String SECRET = "s3cret";

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final AlertReceiver receiver;

    WebhookTest() throws Exception {
        receiver = new AlertReceiver();
    }

    @AfterEach
    void stop() {
        receiver.close();
    }

    private Webhook webhook(String url, int maxRetries, int maxWaiting, @Nullable String secret) {
        return new Webhook(
                new WebhookSettings(
                        URI.create(url), secret, Duration.ofSeconds(2), maxRetries, Duration.ofMillis(10), maxWaiting),
                "node-1",
                meters);
    }

    private static Alert alert(String name) {
        AlertRule rule = new AlertRule(name, "s", "%s wait", "events", "k", 100, 1, 1, 0.8, () -> 0);
        return new Alert(rule, 120, 120, Instant.parse("2026-03-01T10:00:00Z"), null);
    }

    private double count(String outcome) {
        return meters.get("weir.alert.webhook")
                .tag("outcome", outcome)
                .counter()
                .count();
    }

    private void counted(String outcome, int expected) {
        await().untilAsserted(() -> assertThat(count(outcome)).isEqualTo(expected));
    }

    @Test
    void anAlertIsPostedSignedAndInOrder() throws Exception {
        try (Webhook webhook = webhook(receiver.url("/hook?to=ops"), 0, 10, SECRET)) {
            webhook.accept(alert("one"));
            webhook.accept(alert("two"));
            counted("delivered", 2);
        }
        assertThat(receiver.received())
                .extracting(AlertReceiver.Received::body)
                .containsExactly(alert("one").toJson("node-1"), alert("two").toJson("node-1"));
        AlertReceiver.Received first = receiver.received().getFirst();
        assertThat(first.path()).isEqualTo("/hook?to=ops");
        String signature = Objects.requireNonNull(first.signature());
        assertThat(signature).matches("t=\\d+,v1=[0-9a-f]{64}");
        String time = signature.substring(2, signature.indexOf(','));
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        byte[] expected = mac.doFinal((time + ".POST./hook?to=ops." + first.body()).getBytes(StandardCharsets.UTF_8));
        assertThat(signature).endsWith("v1=" + HexFormat.of().formatHex(expected));
    }

    @Test
    void aReceiverInTroubleIsAskedAgainAndOneThatRefusesIsNot() {
        receiver.answer(500, 429, 200, 400, 200);
        try (Webhook webhook = webhook(receiver.url("/"), 3, 10, null)) {
            webhook.accept(alert("again"));
            webhook.accept(alert("refused"));
            webhook.accept(alert("taken"));
            counted("delivered", 2);
        }
        assertThat(count("failed")).isEqualTo(1);
        assertThat(receiver.received())
                .extracting(got -> got.body().replaceAll(".*\"alert\":\"(\\w+)\".*", "$1"))
                .containsExactly("again", "again", "again", "refused", "taken");
        assertThat(receiver.received())
                .allSatisfy(got -> assertThat(got.signature()).isNull());
    }

    @Test
    void aRedirectIsNotFollowed() {
        receiver.answer(307);
        try (Webhook webhook = webhook(receiver.url("/"), 3, 10, null)) {
            webhook.accept(alert("one"));
            counted("failed", 1);
        }
        assertThat(receiver.received()).extracting(AlertReceiver.Received::path).isEqualTo(List.of("/"));
    }

    @Test
    void aReceiverThatIsGoneHoldsNothingUpAndWhatFindsNoRoomIsCounted() {
        String gone = receiver.url("/");
        receiver.close();
        try (Webhook webhook = new Webhook(
                new WebhookSettings(URI.create(gone), null, Duration.ofSeconds(2), 9, Duration.ofMinutes(1), 2),
                "node-1",
                meters)) {
            for (int i = 0; i < 20; i++) {
                webhook.accept(alert("one"));
            }
            // one is being sent and two wait, or the sender has not taken the first yet
            assertThat(count("dropped")).isBetween(17.0, 18.0);
        }
        await().untilAsserted(() -> assertThat(count("delivered")).isZero());
    }
}
