package io.weir.event;

import io.weir.definition.Default;
import io.weir.definition.Field;
import io.weir.definition.FieldType;
import io.weir.definition.FieldValues;
import org.jspecify.annotations.Nullable;

/**
 * What a request says of who sent it, for fields that want it.
 *
 * @param address in canonical form
 */
public record Sender(
        @Nullable String address,
        @Nullable String userAgent,
        @Nullable String referrer) {
    /** Nobody asked, or nobody knows. */
    public static final Sender UNKNOWN = new Sender(null, null, null);

    /** The part of it that a field wants, cut to the field's length; null when it is not known. */
    @Nullable
    Object value(Default.Part part, Field field) {
        String text = switch (part) {
            case ADDRESS -> address;
            case USER_AGENT -> userAgent;
            case REFERRER -> referrer;
        };
        if (text == null || text.isEmpty() || field.type() == FieldType.IP) {
            return text;
        }
        int end = Math.min(text.length(), field.maxLength());
        if (end < text.length() && Character.isHighSurrogate(text.charAt(end - 1))) {
            end--;
        }
        String cut = text.substring(0, end);
        return FieldValues.textProblem(cut) == null ? cut : null;
    }
}
