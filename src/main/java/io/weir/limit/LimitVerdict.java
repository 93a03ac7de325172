package io.weir.limit;

import java.time.Duration;

/**
 * Whether something may happen once more.
 *
 * @param limit how often in a window
 * @param remaining how often still in this window
 * @param untilReset when this window ends
 */
public record LimitVerdict(boolean allowed, long limit, long remaining, Duration untilReset) {
    /** The verdict that says more: a refusal, else the one that leaves less. */
    LimitVerdict tighter(LimitVerdict other) {
        if (allowed != other.allowed) {
            return allowed ? other : this;
        }
        return other.remaining < remaining ? other : this;
    }
}
