package io.weir.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.definition.FieldValues;
import org.jspecify.annotations.Nullable;

/** What must hold for texts that come of a stranger's input. */
final class Texts {
    private static final int LONGEST_MESSAGE = 1_500;

    private Texts() {}

    /** It can be stored and sent on. */
    static void requireStorable(@Nullable String text) {
        if (text != null) {
            assertThat(FieldValues.textProblem(text)).isNull();
        }
    }

    /** It is a message that a log or a problem can show: storable, short, one line. */
    static void requireMessage(@Nullable String text) {
        if (text == null || text.isBlank()) {
            throw new AssertionError("a message is missing");
        }
        requireStorable(text);
        assertThat(text.length()).isLessThan(LONGEST_MESSAGE);
        assertThat(text.chars().filter(Character::isISOControl).count())
                .as("control characters in " + text)
                .isZero();
    }
}
