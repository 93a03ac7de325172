package io.weir.alert;

import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A figure and what it may be.
 *
 * @param name of the alert, as in metrics
 * @param stream whose figure it is, or several as {@code one+other}; null when it is the whole server's
 * @param finding what is said when the figure is past its limit, with {@code %s} in the figure's place
 * @param unit of figure and limit
 * @param setting where the limit stands
 * @param limit past which the figure is too much
 * @param raiseAfter looks in a row that find it past the limit
 * @param endAfter looks in a row that find it back
 * @param endBelow share of the limit at which it is back
 * @param figure asked at each look; NaN while it is not known. Must not block
 */
public record AlertRule(
        String name,
        @Nullable String stream,
        String finding,
        String unit,
        String setting,
        double limit,
        int raiseAfter,
        int endAfter,
        double endBelow,
        DoubleSupplier figure) {
    String subject() {
        return stream == null ? name : name + " of " + stream;
    }
}
