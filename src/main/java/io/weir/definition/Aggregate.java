package io.weir.definition;

import org.jspecify.annotations.Nullable;

/** How a counter column grows with each event. A null operand is the identity of every aggregate. */
public enum Aggregate {
    SUM,
    COUNT,
    MIN,
    MAX,
    /** The value of the event that stands last in the log. */
    LAST;

    /** Combines two values of the same type, {@code earlier} standing before {@code later} in the log. */
    @SuppressWarnings({"unchecked", "rawtypes"})
    public @Nullable Object combine(@Nullable Object earlier, @Nullable Object later) {
        if (earlier == null) {
            return later;
        }
        if (later == null) {
            return earlier;
        }
        return switch (this) {
            case SUM, COUNT ->
                earlier instanceof Long first && later instanceof Long second
                        ? (Object) Math.addExact(first, second)
                        : (Object) (((Number) earlier).doubleValue() + ((Number) later).doubleValue());
            case MIN -> ((Comparable) earlier).compareTo(later) <= 0 ? earlier : later;
            case MAX -> ((Comparable) earlier).compareTo(later) >= 0 ? earlier : later;
            case LAST -> later;
        };
    }
}
