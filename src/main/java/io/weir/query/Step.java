package io.weir.query;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/** How long a rollup's bucket is, from the finest to the coarsest. Buckets are of UTC and begin at whole multiples. */
public enum Step {
    MINUTE(60),
    HOUR(3_600),
    DAY(86_400);

    private final long seconds;

    Step(long seconds) {
        this.seconds = seconds;
    }

    /** How long a bucket is. */
    public Duration length() {
        return Duration.ofSeconds(seconds);
    }

    /** As definitions and requests write it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The beginning of the bucket that holds this moment. */
    public Instant floor(Instant moment) {
        return Instant.ofEpochSecond(Math.floorDiv(moment.getEpochSecond(), seconds) * seconds);
    }

    /** The moment itself where a bucket begins, else the end of the bucket that holds it. */
    public Instant ceiling(Instant moment) {
        Instant floor = floor(moment);
        return floor.equals(moment) ? floor : floor.plusSeconds(seconds);
    }
}
