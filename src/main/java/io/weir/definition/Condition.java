package io.weir.definition;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Holds for an event when each of its terms does. */
public record Condition(List<Term> terms) {
    /** One field is among some values of its own type; an empty list asks only that the field is set. */
    public record Term(Field field, List<Object> values) {
        public Term {
            values = List.copyOf(values);
        }
    }

    public Condition {
        terms = List.copyOf(terms);
    }

    /** Whether an event with these values, in the order of the stream's fields, meets the condition. */
    public boolean holds(@Nullable Object[] eventValues) {
        for (Term term : terms) {
            Object value = eventValues[term.field().index()];
            if (value == null || (!term.values().isEmpty() && !term.values().contains(value))) {
                return false;
            }
        }
        return true;
    }
}
