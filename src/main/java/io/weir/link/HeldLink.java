package io.weir.link;

/**
 * A link in memory. A link that has changed is a new one of these; that it was read again, or asked for, is noted in this one,
 * in numbers.
 */
final class HeldLink {
    private final String code;
    private final Target target;
    private volatile long beganNanos;

    /** Where {@link Sieve} has it; guarded by that. */
    int place;

    /** Whether somebody has asked since {@link Sieve} has looked. Set by many at once; that one is lost does no harm. */
    boolean wanted;

    HeldLink(String code, Target target, long beganNanos) {
        this.code = code;
        this.target = target;
        this.beganNanos = beganNanos;
    }

    String code() {
        return code;
    }

    Target target() {
        return target;
    }

    /** When its last reading began. */
    long beganNanos() {
        return beganNanos;
    }

    /** It was read again, and is as it was. */
    void confirm(long nanos) {
        beganNanos = nanos;
    }

    /** Who only looks does not take the memory from another processor. */
    void want() {
        if (!wanted) {
            wanted = true;
        }
    }
}
