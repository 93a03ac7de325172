package io.weir.limit;

/** Where an attempt was counted. */
enum CountedIn {
    REDIS("redis"),
    MEMORY("memory");

    private final String tag;

    CountedIn(String tag) {
        this.tag = tag;
    }

    /** The value of the metric's {@code mode} tag. */
    String tag() {
        return tag;
    }
}
