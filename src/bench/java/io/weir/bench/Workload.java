package io.weir.bench;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;

/** The events that are sent: small, and spread over a thousand entities. */
final class Workload {
    static final int LINKS = 1_000;
    private static final int BATCH_VARIANTS = 64;

    private Workload() {}

    /** A click as a client sends it. */
    static String click(long number) {
        return "{\"linkId\":\"l" + number % LINKS + "\",\"timestamp\":\"2026-01-01T00:00:00Z\",\"count\":1}";
    }

    /** A page view with a key of its own, as it stands in the log. */
    static String keyedView(long number) {
        return "{\"path\":\"/page/" + number % LINKS + "\",\"status\":200,\"bytes\":512,"
                + "\"referrer\":\"https://example.com/\",\"user_agent\":\"Mozilla/5.0 (X11; Linux x86_64)\","
                + "\"visitor\":\"v" + number % 9_973 + "\",\"timestamp\":\"2026-01-01T00:00:00Z\",\"$key\":\"k" + number
                + "\"}";
    }

    /** A page view as a client sends it. */
    static String view(long number) {
        return "{\"path\":\"/page/" + number % LINKS + "\",\"status\":200,\"bytes\":512,"
                + "\"referrer\":\"https://example.com/\",\"user_agent\":\"Mozilla/5.0 (X11; Linux x86_64)\","
                + "\"visitor\":\"v" + number % 9_973 + "\",\"timestamp\":\"2026-01-01T00:00:00Z\"}";
    }

    /** Bodies of {@code eventsPerRequest} clicks each: an object for one, an array for more. */
    static List<byte[]> clickBodies(int links, int eventsPerRequest) {
        return batches(Workload::click, eventsPerRequest == 1 ? links : BATCH_VARIANTS, eventsPerRequest);
    }

    /** Bodies of some events each. */
    static List<byte[]> batches(LongFunction<String> event, int bodies, int eventsPerRequest) {
        List<byte[]> made = new ArrayList<>();
        for (int body = 0; body < bodies; body++) {
            StringBuilder events = new StringBuilder();
            for (int i = 0; i < eventsPerRequest; i++) {
                events.append(i == 0 ? "" : ",").append(event.apply(body * (long) eventsPerRequest + i));
            }
            String json = eventsPerRequest == 1 ? events.toString() : "[" + events + "]";
            made.add(json.getBytes(StandardCharsets.UTF_8));
        }
        return made;
    }
}
