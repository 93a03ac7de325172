package io.weir.limit;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Map;

/** What is counted about one limit. Every meter exists from the start, so that an alert can name it. */
final class RateLimitMetrics {
    private final Map<CountedIn, Counter> allowed = new EnumMap<>(CountedIn.class);
    private final Map<CountedIn, Counter> limited = new EnumMap<>(CountedIn.class);

    RateLimitMetrics(String limit, MeterRegistry registry) {
        for (CountedIn where : CountedIn.values()) {
            allowed.put(where, counter(limit, "allowed", where, registry));
            limited.put(where, counter(limit, "limited", where, registry));
        }
    }

    void count(boolean wasAllowed, CountedIn where) {
        Counter counter = (wasAllowed ? allowed : limited).get(where);
        if (counter != null) {
            counter.increment();
        }
    }

    private static Counter counter(String limit, String outcome, CountedIn where, MeterRegistry registry) {
        return Counter.builder("weir.rate.limit.requests")
                .description("What was held against a rate limit")
                .tag("rule", limit)
                .tag("outcome", outcome)
                .tag("mode", where.tag())
                .register(registry);
    }
}
