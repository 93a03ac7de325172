package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.embedded.EmbeddedRedisServer;
import io.weir.testkit.PostgresForTests;
import io.weir.testkit.PostgresTestDatabase;
import io.weir.testkit.RedisForTests;
import io.weir.testkit.WeirProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole process is killed under load, again and again; a driver outside of it knows what was answered. */
class KilledProcessTest {
    private static final int KILLS = 3;
    private static final int SENDERS = 4;

    private final AtomicLong accepted = new AtomicLong();
    private final AtomicLong unknown = new AtomicLong();
    private volatile String lastUnknown = "none";

    @Test
    void whatWasAcceptedIsCountedOnceThoughTheProcessIsKilledAgainAndAgain(@TempDir Path directory) throws Exception {
        PostgresTestDatabase database = PostgresForTests.freshDatabase();
        try (EmbeddedRedisServer redis = RedisForTests.startPrivate(directory)) {
            for (int kill = 0; kill < KILLS; kill++) {
                try (WeirProcess weir = WeirProcess.serve(redis.url(), database.url())) {
                    loadUntilKilled(weir);
                }
            }
            assertThat(accepted.get()).isPositive();
            try (WeirProcess last = WeirProcess.serve(redis.url(), database.url())) {
                await().until(() -> database.number("SELECT coalesce(sum(clicks), 0) FROM links") >= accepted.get());
                last.terminate();
            }
            // the drain of a clean stop has committed all that Redis holds
            assertThat(database.number("SELECT sum(clicks) FROM links"))
                    .as("accepted %d, unknown %d", accepted.get(), unknown.get())
                    .isBetween(accepted.get(), accepted.get() + unknown.get());
        }
    }

    private void loadUntilKilled(WeirProcess weir) throws InterruptedException {
        AtomicBoolean running = new AtomicBoolean(true);
        long target = accepted.get() + 400;
        try (HttpClient client = HttpClient.newHttpClient()) {
            List<Thread> senders = new ArrayList<>();
            for (int sender = 0; sender < SENDERS; sender++) {
                String body = "{\"linkId\":\"l" + sender + "\"}";
                senders.add(Thread.ofVirtual().start(() -> {
                    while (running.get()) {
                        send(client, weir, body);
                    }
                }));
            }
            await().untilAsserted(() -> assertThat(accepted.get())
                    .as("accepted; not accepted: %d, the last of them %s", unknown.get(), lastUnknown)
                    .isGreaterThanOrEqualTo(target));
            weir.kill();
            running.set(false);
            for (Thread sender : senders) {
                sender.join();
            }
        }
    }

    private void send(HttpClient client, WeirProcess weir, String body) {
        try {
            HttpResponse<String> response = client.send(
                    HttpRequest.newBuilder(URI.create(weir.url() + "/api/v1/clicks"))
                            .timeout(Duration.ofSeconds(5))
                            .header("Content-Type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofString(body))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() == 202) {
                accepted.incrementAndGet();
            } else {
                noteUnknown(response.statusCode() + " " + response.body());
            }
        } catch (IOException noAnswer) {
            noteUnknown(noAnswer.toString());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void noteUnknown(String answer) {
        lastUnknown = answer;
        unknown.incrementAndGet();
    }
}
