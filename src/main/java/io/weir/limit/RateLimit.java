package io.weir.limit;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.ConsumptionProbe;
import java.time.Duration;
import java.util.List;

/**
 * How often something may happen for each subject: so many times in a window that begins with the first time. Nothing comes
 * back before the window's end, so that of any burst exactly so many pass.
 */
public final class RateLimit {
    /**
     * One time more for a subject.
     *
     * @param subject what tells it from others: an address and a path, a user
     */
    public record Attempt(RateLimit limit, List<String> subject) {
        public Attempt {
            subject = List.copyOf(subject);
        }
    }

    private final String name;
    private final long permits;
    private final Duration window;
    private final Bandwidth bandwidth;
    private final BucketConfiguration configuration;
    private final RateLimitMetrics metrics;

    RateLimit(String name, long permits, Duration window, RateLimitMetrics metrics) {
        this.name = name;
        this.permits = permits;
        this.window = window;
        this.metrics = metrics;
        bandwidth = Bandwidth.builder()
                .capacity(permits)
                .refillIntervally(permits, window)
                .build();
        configuration = BucketConfiguration.builder().addLimit(bandwidth).build();
    }

    /** An attempt for a subject. */
    public Attempt by(List<String> subject) {
        return new Attempt(this, subject);
    }

    String name() {
        return name;
    }

    long permits() {
        return permits;
    }

    Duration window() {
        return window;
    }

    BucketConfiguration configuration() {
        return configuration;
    }

    Bandwidth bandwidth() {
        return bandwidth;
    }

    LimitVerdict verdict(ConsumptionProbe probe, CountedIn where) {
        metrics.count(probe.isConsumed(), where);
        return new LimitVerdict(
                probe.isConsumed(),
                permits,
                probe.getRemainingTokens(),
                Duration.ofNanos(Math.max(0, probe.getNanosToWaitForReset())));
    }
}
