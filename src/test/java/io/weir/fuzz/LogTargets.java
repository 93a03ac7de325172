package io.weir.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.definition.Field;
import io.weir.definition.StreamDefinition;
import io.weir.definition.Timestamps;
import io.weir.event.EntryId;
import io.weir.event.Event;
import io.weir.event.EventReader;
import io.weir.event.InvalidEvent;
import io.weir.event.InvalidEventException;
import io.weir.event.RefusedEvent;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

/** What is read back from Redis, where anybody with access may have put it. */
final class LogTargets {
    /** The longest entry of an index. */
    private static final int MAX_KEY_BYTES = 2_600;

    private LogTargets() {}

    /** An event of an entry. */
    static final class OfEvent implements FuzzTarget {
        private static final List<EntryId> ENTRIES = List.of(
                EntryId.ZERO,
                new EntryId(1_700_000_000_000L, 3),
                new EntryId(-1, -1),
                new EntryId(253_402_300_800_000L, 0));
        private final StreamDefinition definition = Definitions.parse(Definitions.TEXT);
        private final EventReader reader = new EventReader(definition);

        @Override
        public String name() {
            return "event-reader";
        }

        @Override
        public List<byte[]> seeds() {
            return List.of(
                    "{\"id\":\"a\",\"at\":\"2025-01-19T10:00:00Z\",\"$key\":\"k/0\"}".getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public List<String> tokens() {
            return definition.fields().stream()
                    .map(field -> "\"" + field.name() + "\":")
                    .toList();
        }

        @Override
        public byte[] generate(Random random) {
            return JsonGrammar.object(definition, random).getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public void check(byte[] input) {
            for (EntryId entry : ENTRIES) {
                try {
                    Event event = reader.read(entry, 0, input);
                    for (Field field : definition.fields()) {
                        Object value = event.values()[field.index()];
                        if (value instanceof String text) {
                            Texts.requireStorable(text);
                        } else if (value instanceof Long number
                                && field.type().name().equals("TIMESTAMP")) {
                            assertThat(number).isBetween(Timestamps.SMALLEST, Timestamps.LARGEST);
                        }
                    }
                    requireKey(event.key() == null ? "" : event.key());
                } catch (InvalidEventException documented) {
                    Texts.requireMessage(documented.getMessage());
                }
            }
        }
    }

    /** A refused event of an entry. */
    static final class OfRefused implements FuzzTarget {
        @Override
        public String name() {
            return "refused-event";
        }

        @Override
        public List<byte[]> seeds() {
            return List.of(
                    "{\"index\":1,\"field\":\"f\",\"reason\":\"r\",\"raw\":\"x\",\"$key\":\"k\"}"
                            .getBytes(StandardCharsets.UTF_8),
                    "{\"index\":0,\"reason\":\"r\",\"rawBase64\":\"/w==\"}".getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public List<String> tokens() {
            return List.of("\"index\":", "\"field\":", "\"reason\":", "\"raw\":", "\"rawBase64\":", "\"$key\":");
        }

        @Override
        public void check(byte[] input) {
            InvalidEvent event = RefusedEvent.decode(input);
            Texts.requireStorable(event.field());
            Texts.requireStorable(event.reason());
            requireKey(event.key() == null ? "" : event.key());
            assertThat(event.index()).isNotNegative();
            InvalidEvent again = RefusedEvent.decode(RefusedEvent.encode(event));
            assertThat(again.raw()).isEqualTo(event.raw());
            assertThat(again.index()).isEqualTo(event.index());
            assertThat(again.field()).isEqualTo(event.field());
            assertThat(again.reason()).isEqualTo(event.reason());
            assertThat(again.key()).isEqualTo(event.key());
        }
    }

    private static void requireKey(String key) {
        Texts.requireStorable(key);
        assertThat(key.getBytes(StandardCharsets.UTF_8).length).isLessThanOrEqualTo(MAX_KEY_BYTES);
    }
}
