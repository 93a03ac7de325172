package io.weir.link;

import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A short link as its table has it.
 *
 * @param clicks those that are committed
 */
public record Link(
        String code,
        String url,
        @Nullable String project,
        Instant createdAt,
        Instant updatedAt,
        @Nullable Instant expiresAt,
        long clicks,
        @Nullable Instant lastClicked) {

    /** What a redirect needs of it. */
    public Target target() {
        return target(url, expiresAt, updatedAt);
    }

    /** The target of a link with these values. */
    public static Target target(String url, @Nullable Instant expiresAt, Instant updatedAt) {
        return new Target(url, expiresAt == null ? Target.NEVER : expiresAt.toEpochMilli(), version(updatedAt));
    }

    /** The version that a link changed at this time has. */
    public static long version(Instant updatedAt) {
        return TimeUnit.SECONDS.toMicros(updatedAt.getEpochSecond()) + updatedAt.getNano() / 1_000;
    }
}
