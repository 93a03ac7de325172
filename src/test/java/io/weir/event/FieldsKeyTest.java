package io.weir.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.definition.Dedup;
import io.weir.definition.Default;
import io.weir.definition.Field;
import io.weir.definition.FieldType;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FieldsKeyTest {
    private static final Dedup DEDUP =
            new Dedup(List.of(field(1, FieldType.TEXT), field(0, FieldType.TEXT)), Duration.ofHours(24));

    private static Field field(int index, FieldType type) {
        return new Field(index, "f" + index, type, false, new Default.None(), null, null, 2_048);
    }

    private static @Nullable String key(@Nullable Object... values) throws InvalidEventException {
        return FieldsKey.of(DEDUP, values);
    }

    @Test
    void theValuesAreInTheOrderOfTheKey() throws InvalidEventException {
        assertThat(key("ada", "story-1")).isEqualTo("story-1/ada");
        Dedup other = new Dedup(List.of(field(0, FieldType.LONG), field(1, FieldType.UUID)), Duration.ofHours(1));
        assertThat(FieldsKey.of(other, new @Nullable Object[] {7L, new UUID(0, 1)}))
                .isEqualTo("7/00000000-0000-0000-0000-000000000001");
    }

    @Test
    void noTwoListsOfValuesMakeTheSameKey() throws InvalidEventException {
        assertThat(key("b", "a/")).isEqualTo("a~1/b");
        assertThat(key("/b", "a")).isEqualTo("a/~1b");
        assertThat(key("b", "a~1")).isEqualTo("a~01/b");
        assertThat(key("", "a")).isEqualTo("a/");
    }

    @Test
    void anEventThatLacksOneOfThemHasNoKey() throws InvalidEventException {
        assertThat(key(null, "a")).isNull();
        assertThat(key("b", null)).isNull();
    }

    @Test
    void aKeyThatNoIndexTakesIsRefused() {
        assertThatThrownBy(() -> key("b".repeat(2_000), "a".repeat(1_000)))
                .isInstanceOf(InvalidEventException.class)
                .hasMessageContaining("f0")
                .hasMessageContaining("2600");
    }
}
