package io.weir.alert;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.weir.settings.WebhookSettings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Consumer;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Posts alerts to a receiver, one after the other and in their order, on a thread of its own. What the receiver does not
 * take in time, or after the retries, is counted and let go: it never holds anything up.
 */
public final class Webhook implements Consumer<Alert>, AutoCloseable {
    /** What came of an attempt. */
    private enum Outcome {
        TAKEN,
        AGAIN,
        REFUSED
    }

    private static final Logger LOG = LoggerFactory.getLogger(Webhook.class);
    private static final String ALGORITHM = "HmacSHA256";
    private static final int TOO_MANY_REQUESTS = 429;

    private final WebhookSettings settings;
    private final URI url;
    private final String node;
    private final HttpClient client;
    private final BlockingQueue<Alert> waiting;
    private final Counter delivered;
    private final Counter failed;
    private final Counter dropped;
    private final Thread sender;
    private @Nullable String trouble;

    /**
     * Begins to send.
     *
     * @param settings that name a receiver
     * @param node names this process to the receiver
     */
    public Webhook(WebhookSettings settings, String node, MeterRegistry meters) {
        this.settings = settings;
        this.url = Objects.requireNonNull(settings.url(), "no receiver");
        this.node = node;
        this.client = HttpClient.newBuilder()
                .connectTimeout(settings.timeout())
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
        this.waiting = new ArrayBlockingQueue<>(settings.maxWaiting());
        this.delivered = counter(meters, "delivered");
        this.failed = counter(meters, "failed");
        this.dropped = counter(meters, "dropped");
        this.sender = Thread.ofVirtual().name("weir-alert-webhook").start(this::run);
    }

    private static Counter counter(MeterRegistry meters, String outcome) {
        return Counter.builder("weir.alert.webhook")
                .description("beginnings and ends of alerts that were to be posted, by what came of it")
                .tag("outcome", outcome)
                .register(meters);
    }

    /** Leaves it to be sent; when too many wait already, it is dropped. */
    @Override
    public void accept(Alert alert) {
        if (!waiting.offer(alert)) {
            dropped.increment();
        }
    }

    /** Ends at once; what still waits is not sent. */
    @Override
    public void close() {
        sender.interrupt();
        client.shutdownNow();
    }

    private void run() {
        try {
            while (true) {
                send(waiting.take());
            }
        } catch (InterruptedException stopped) {
            LOG.debug("no more alerts are posted");
        }
    }

    private void send(Alert alert) throws InterruptedException {
        String body = alert.toJson(node);
        long pauseMillis = settings.backoff().toMillis();
        for (int retries = 0; ; retries++) {
            Outcome outcome = attempt(body);
            if (outcome == Outcome.TAKEN) {
                delivered.increment();
                return;
            }
            if (outcome == Outcome.REFUSED || retries == settings.maxRetries()) {
                failed.increment();
                return;
            }
            Thread.sleep(pauseMillis);
            pauseMillis *= 2;
        }
    }

    private Outcome attempt(String body) throws InterruptedException {
        try {
            HttpRequest.Builder request = HttpRequest.newBuilder(url)
                    .timeout(settings.timeout())
                    .header("Content-Type", "application/json")
                    .header("User-Agent", "weir")
                    .POST(HttpRequest.BodyPublishers.ofString(body));
            String secret = settings.secret();
            if (secret != null) {
                request.header("Weir-Signature", signature(secret, body));
            }
            int status = client.send(request.build(), HttpResponse.BodyHandlers.discarding())
                    .statusCode();
            if (status >= 200 && status < 300) {
                mended();
                return Outcome.TAKEN;
            }
            inTrouble("answers " + status);
            return status >= 500 || status == TOO_MANY_REQUESTS ? Outcome.AGAIN : Outcome.REFUSED;
        } catch (IOException away) {
            inTrouble("does not answer: " + away);
            return Outcome.AGAIN;
        } catch (RuntimeException defect) {
            inTrouble("can't be asked: " + defect);
            return Outcome.REFUSED;
        }
    }

    /** As requests to {@code /api/cron/} are signed. */
    private String signature(String secret, String body) {
        long time = Instant.now().getEpochSecond();
        String query = url.getRawQuery() == null ? "" : "?" + url.getRawQuery();
        String path = url.getRawPath().isEmpty() ? "/" : url.getRawPath();
        String signed = time + ".POST." + path + query + "." + body;
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), ALGORITHM));
            byte[] code = mac.doFinal(signed.getBytes(StandardCharsets.UTF_8));
            return "t=" + time + ",v1=" + HexFormat.of().formatHex(code);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Once per episode: what follows is the same news. */
    private void inTrouble(String why) {
        if (trouble == null) {
            LOG.warn("the receiver of alerts at {} {}", url.getHost(), why);
        }
        trouble = why;
    }

    private void mended() {
        if (trouble != null) {
            LOG.info("the receiver of alerts at {} takes them again", url.getHost());
        }
        trouble = null;
    }
}
