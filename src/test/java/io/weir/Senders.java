package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.testkit.Patience;
import io.weir.testkit.PostgresTestDatabase;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** Clients that send events of several streams without a pause, and note how each was answered. */
final class Senders implements AutoCloseable {
    /** What each request of a kind is: one event. */
    private static final List<String> KINDS = List.of("clicks", "usage", "track");

    private static final Duration LONG = Patience.LONG;

    private final RunningWeir weir;
    private final Map<String, AtomicInteger> accepted = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> unknown = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> refused = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<String> surprises = new ConcurrentLinkedQueue<>();
    private final ReadWriteLock sending = new ReentrantReadWriteLock(true);
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stopped;

    Senders(RunningWeir weir) {
        this.weir = weir;
        for (String kind : KINDS) {
            accepted.put(kind, new AtomicInteger());
            unknown.put(kind, new AtomicInteger());
            refused.put(kind, new AtomicInteger());
            threads.add(Thread.ofPlatform().start(() -> send(kind)));
        }
    }

    int accepted(String kind) {
        return counter(accepted, kind).get();
    }

    /** Answered with 503, and perhaps appended all the same. */
    int unknown(String kind) {
        return counter(unknown, kind).get();
    }

    int refused(String kind) {
        return counter(refused, kind).get();
    }

    private static AtomicInteger counter(Map<String, AtomicInteger> counters, String kind) {
        return Objects.requireNonNull(counters.get(kind));
    }

    /** Waits until more events of each kind have been accepted. */
    void awaitMore() {
        for (String kind : KINDS) {
            int before = accepted(kind);
            await().atMost(LONG).until(() -> accepted(kind) > before + 50);
        }
    }

    /** Waits until the database has what was accepted, and perhaps what may have been. For senders that have stopped. */
    void assertCounted(PostgresTestDatabase database) {
        System.out.println(this);
        assertThat(surprises).isEmpty();
        assertCounted("clicks", database, "SELECT clicks FROM links WHERE id = 'a'");
        assertCounted("usage", database, "SELECT usage FROM projects WHERE id = 'p'");
        assertCounted("track", database, "SELECT count(*) FROM session_events");
    }

    private void assertCounted(String kind, PostgresTestDatabase database, String query) {
        long accepted = accepted(kind);
        await().atMost(LONG)
                .ignoreExceptions()
                .untilAsserted(() ->
                        assertThat(database.number(query)).as(kind).isBetween(accepted, accepted + unknown(kind)));
    }

    /** Does something while no request is under way. */
    void whileNobodySends(Runnable work) {
        sending.writeLock().lock();
        try {
            work.run();
        } finally {
            sending.writeLock().unlock();
        }
    }

    private void send(String kind) {
        while (!stopped) {
            sending.readLock().lock();
            try {
                note(kind, request(kind));
            } catch (IOException problem) {
                surprises.add(problem.toString());
            } catch (InterruptedException problem) {
                return;
            } finally {
                sending.readLock().unlock();
            }
        }
    }

    private HttpResponse<String> request(String kind) throws IOException, InterruptedException {
        return switch (kind) {
            case "clicks" -> weir.post("/api/v1/clicks", RunningWeir.JSON, "{\"linkId\":\"a\"}");
            case "usage" -> weir.post("/api/v1/usage", RunningWeir.JSON, "{\"projectId\":\"p\",\"usageCount\":1}");
            default ->
                weir.post(
                        "/api/v1/track",
                        RunningWeir.JSON,
                        "{\"session_id\":\"" + UUID.randomUUID() + "\",\"events\":[{\"event_type\":\"click\"}]}");
        };
    }

    private void note(String kind, HttpResponse<String> response) {
        if (response.statusCode() == 202) {
            counter(accepted, kind).incrementAndGet();
        } else if (response.statusCode() != 503) {
            surprises.add(response.statusCode() + " " + response.body());
        } else if (response.body().contains("may have been")) {
            counter(unknown, kind).incrementAndGet();
        } else {
            counter(refused, kind).incrementAndGet();
        }
    }

    /** Stops sending and waits for the last answers. */
    @Override
    public void close() {
        stopped = true;
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException problem) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    @Override
    public String toString() {
        return "accepted " + accepted + ", unknown " + unknown + ", refused " + refused;
    }
}
