package io.weir.event;

import io.weir.definition.Dedup;
import io.weir.definition.Field;
import org.jspecify.annotations.Nullable;

/** The key of an event whose fields say whether it counts. */
final class FieldsKey {
    private FieldsKey() {}

    /**
     * The texts of the values with slashes between them; {@code ~1} stands for a slash and {@code ~0} for a tilde within
     * one. Null when one of the values is not there: such an event counts whatever came before.
     */
    static @Nullable String of(Dedup dedup, @Nullable Object[] values) throws InvalidEventException {
        StringBuilder key = new StringBuilder();
        for (Field field : dedup.fields()) {
            Object value = values[field.index()];
            if (value == null) {
                return null;
            }
            String text = ValueText.of(field.type(), value);
            key.append(key.isEmpty() ? "" : "/").append(text.replace("~", "~0").replace("/", "~1"));
            String problem = EventKeys.lengthProblem(key.toString());
            if (problem != null) {
                throw new InvalidEventException(field.name(), "makes a key that " + problem);
            }
        }
        return key.toString();
    }
}
