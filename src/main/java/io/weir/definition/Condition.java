package io.weir.definition;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Holds for an event when each of its terms does. */
public record Condition(List<Term> terms) {
    /**
     * One field is among some values of its own type.
     *
     * @param values an empty list asks only that the field is set
     * @param orAbsent whether an event without the field meets it, too
     */
    public record Term(Field field, List<Object> values, boolean orAbsent) {
        public Term {
            values = List.copyOf(values);
        }

        /** One that an event without the field does not meet. */
        public Term(Field field, List<Object> values) {
            this(field, values, false);
        }

        @Override
        public String toString() {
            String among = values.isEmpty() ? "*" : values.toString();
            return field.name() + " = " + among + (orAbsent ? " or null" : "");
        }
    }

    public Condition {
        terms = List.copyOf(terms);
    }

    /** Whether an event with these values, in the order of the stream's fields, meets the condition. */
    public boolean holds(@Nullable Object[] eventValues) {
        for (Term term : terms) {
            Object value = eventValues[term.field().index()];
            if (value == null) {
                if (!term.orAbsent()) {
                    return false;
                }
            } else if (!term.values().isEmpty() && !term.values().contains(value)) {
                return false;
            }
        }
        return true;
    }

    /** The terms in one line, the same for the same condition. */
    @Override
    public String toString() {
        return terms.stream().map(Term::toString).collect(Collectors.joining(", "));
    }
}
