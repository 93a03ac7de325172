package io.weir.alert;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The episodes of one rule, one after the other. Looks come from one thread at a time; what goes on is read by any.
 */
final class AlertEpisodes {
    private final AlertRule rule;
    private volatile @Nullable Alert current;
    private int looks;

    AlertEpisodes(AlertRule rule) {
        this.rule = rule;
    }

    AlertRule rule() {
        return rule;
    }

    /** What goes on; null when nothing does. */
    @Nullable
    Alert current() {
        return current;
    }

    /** Looks at the figure once more and answers the episode that this begins or ends; null when it does neither. */
    @Nullable
    Alert look(Instant now) {
        double value = rule.figure().getAsDouble();
        if (Double.isNaN(value)) {
            // nobody knows: no reason to begin, nor to end
            return null;
        }
        Alert going = current;
        return going == null ? begin(value, now) : goOn(going, value, now);
    }

    private @Nullable Alert begin(double value, Instant now) {
        looks = value > rule.limit() ? looks + 1 : 0;
        if (looks < rule.raiseAfter()) {
            return null;
        }
        looks = 0;
        Alert begun = new Alert(rule, value, value, now, null);
        current = begun;
        return begun;
    }

    private @Nullable Alert goOn(Alert going, double value, Instant now) {
        looks = value <= rule.limit() * rule.endBelow() ? looks + 1 : 0;
        double peak = Math.max(value, going.peak());
        if (looks < rule.endAfter()) {
            current = new Alert(rule, value, peak, going.since(), null);
            return null;
        }
        looks = 0;
        current = null;
        return new Alert(rule, value, peak, going.since(), now);
    }
}
