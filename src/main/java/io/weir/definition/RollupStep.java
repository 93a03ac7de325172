package io.weir.definition;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How long the buckets of a rollup are, the finest first. Each is a whole number of the one before; all begin in UTC. */
public enum RollupStep {
    MINUTE(60),
    HOUR(3_600),
    DAY(86_400);

    private static final long MICROS_PER_SECOND = 1_000_000;

    private final long seconds;
    private final long micros;

    RollupStep(long seconds) {
        this.seconds = seconds;
        this.micros = seconds * MICROS_PER_SECOND;
    }

    /** How long a bucket is. */
    public Duration length() {
        return Duration.ofSeconds(seconds);
    }

    /** The name in definitions, settings and requests. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The step of this name; null when there is none. */
    static @Nullable RollupStep labelled(String label) {
        return Arrays.stream(values())
                .filter(step -> step.label().equals(label))
                .findFirst()
                .orElse(null);
    }

    static List<String> labels() {
        return Arrays.stream(values()).map(RollupStep::label).toList();
    }

    /** The beginning of the bucket that holds a time, both in microseconds since 1970. */
    public long start(long timeMicros) {
        return Math.floorDiv(timeMicros, micros) * micros;
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
