package io.weir.bench;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Who looks at a Weir while it works: a Prometheus that reads its metrics each second, and pages of the dashboard. */
final class Watchers implements AutoCloseable {
    private static final int PAGES = 3;
    private static final int BUFFER = 64 * 1024;
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final HttpClient client = HttpClient.newHttpClient();
    private final CountDownLatch stop = new CountDownLatch(1);
    private final AtomicInteger scrapes = new AtomicInteger();
    private final AtomicInteger pages = new AtomicInteger();
    private final List<Thread> threads = new ArrayList<>();

    private Watchers(ServerProcess weir) {
        threads.add(Thread.ofVirtual().start(() -> scrape(weir.http("/metrics"))));
        for (int page = 0; page < PAGES; page++) {
            threads.add(Thread.ofVirtual().start(() -> follow(weir.http("/api/admin/live"))));
        }
    }

    /** Begins to look. */
    static Watchers of(ServerProcess weir) {
        return new Watchers(weir);
    }

    private void scrape(URI url) {
        try {
            do {
                HttpResponse<String> page = client.send(request(url), HttpResponse.BodyHandlers.ofString());
                if (page.statusCode() == 200 && page.body().contains("weir_http_accepted_total")) {
                    scrapes.incrementAndGet();
                }
            } while (!stop.await(1, TimeUnit.SECONDS));
        } catch (IOException | InterruptedException ended) {
            // close tells when that was too early
        }
    }

    private void follow(URI url) {
        try (InputStream events = client.send(request(url), HttpResponse.BodyHandlers.ofInputStream())
                .body()) {
            byte[] buffer = new byte[BUFFER];
            if (events.read(buffer) > 0) {
                pages.incrementAndGet();
            }
            while (stop.getCount() > 0 && events.read(buffer) > 0) {
                // a page draws what it reads, and that is not Weir's
            }
        } catch (IOException | InterruptedException ended) {
            // as above
        }
    }

    private static HttpRequest request(URI url) {
        return HttpRequest.newBuilder(url).timeout(TIMEOUT).build();
    }

    /** Ends it. Fails when nobody saw anything: a figure beside it would say nothing. */
    @Override
    public void close() {
        stop.countDown();
        client.shutdownNow();
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        if (scrapes.get() == 0 || pages.get() < PAGES) {
            throw new IllegalStateException(
                    scrapes + " readings of the metrics and " + pages + " pages of the dashboard had an answer");
        }
    }
}
