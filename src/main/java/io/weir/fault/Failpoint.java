package io.weir.fault;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** A place on an event's way. "Before" is the last moment before a step, "after" the first once its answer is here. */
public enum Failpoint {
    BEFORE_APPEND,
    /** Redis has the entry and no client knows. */
    AFTER_APPEND,
    BEFORE_EPOCH,
    AFTER_EPOCH,
    /** A partition's start has a consumer group of its own. */
    AFTER_GROUP,
    BEFORE_READ,
    AFTER_READ,
    BEFORE_BARRIER,
    AFTER_BARRIER,
    BEFORE_CURSOR,
    AFTER_CURSOR,
    BEFORE_ROWS,
    AFTER_ROWS,
    BEFORE_COUNTERS,
    AFTER_COUNTERS,
    BEFORE_COMMIT,
    AFTER_COMMIT,
    BEFORE_ACKNOWLEDGE,
    AFTER_ACKNOWLEDGE,
    BEFORE_TRIM,
    AFTER_TRIM;

    /** The name in settings, such as {@code before-commit}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static Optional<Failpoint> of(String text) {
        return Arrays.stream(values())
                .filter(point -> point.text().equals(text))
                .findFirst();
    }

    static String names() {
        return Arrays.stream(values()).map(Failpoint::text).collect(Collectors.joining(", "));
    }
}
