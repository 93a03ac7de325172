package io.weir.alert;

import java.util.function.DoubleSupplier;

/**
 * What a figure about requests or windows is while there are none: not known, so that two bad ones with a pause between
 * them still are two in a row, and after a while 0, so that an episode ends.
 */
final class Idleness {
    private final int maxLooks;
    private int looks;

    Idleness(int maxLooks) {
        this.maxLooks = maxLooks;
    }

    double figure(boolean idle, DoubleSupplier figure) {
        looks = idle ? Math.min(looks + 1, maxLooks) : 0;
        if (!idle) {
            return figure.getAsDouble();
        }
        return looks < maxLooks ? Double.NaN : 0;
    }
}
