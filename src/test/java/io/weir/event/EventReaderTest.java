package io.weir.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.definition.FieldType;
import io.weir.definition.StreamDefinition;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EventReaderTest {
    private static final EntryId ENTRY = new EntryId(1_700_000_000_123L, 0);
    private final StreamDefinition clicks = Streams.preset("link-clicks");
    private final EventReader reader = new EventReader(clicks);

    @Test
    void anEventPutThereByHandTakesItsDefaultsFromTheEntrysTime() throws InvalidEventException {
        Event event = read(" { \"x\" : 1, \"linkId\" : \"a\" } ");

        assertThat(event.values()).containsExactly("a", 1_700_000_000_123_000L, 1L);
        assertThat(event.entity(clicks)).isEqualTo("a");
        assertThat(event.key()).isNull();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        {}                                        | linkId: is required and missing
        {"linkId":1}                              | linkId: must be a string, got the number 1
        {"linkId":"a","count":"1"}                | count: must be an integer
        {"linkId":"a","count":1000000000001}      | count: is 1000000000001, beyond
        {"linkId":"a\\u0000"}                     | linkId: holds the character NUL
        {"linkId":"a","linkId":"a"}               | linkId: is given twice
        {"linkId":"a","$key":7}                   | $key: must be a string, got the number 7
        {"linkId":"a","$key":"\\u0000"}           | $key: holds the character NUL
        {"linkId":"a"                             | is not JSON
        {"linkId":"a"} {}                         | holds more than one object
        [1]                                       | must be an object, got an array
        ``                                        | must be an object, got nothing
        """)
    void whatIsNoEventOfTheStreamSaysWhy(String json, String message) {
        assertThatThrownBy(() -> read(json))
                .isInstanceOf(InvalidEventException.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void boundsAreNotCheckedAgainSinceTheyMayHaveBeenOthers() throws InvalidEventException {
        assertThat(read("{\"linkId\":\"" + "a".repeat(500) + "\",\"count\":0}").values()[2])
                .isEqualTo(0L);
    }

    @Test
    void anEventByHandIsKeyedByItsKeyField() throws InvalidEventException {
        EventReader collect = new EventReader(Streams.preset("collect"));
        byte[] json = "{\"type\":\"t\",\"timestamp\":0,\"event_id\":\"e1\"}".getBytes(StandardCharsets.UTF_8);

        assertThat(collect.read(ENTRY, 0, json).key()).isEqualTo("e1");
    }

    @Test
    void anEntityInAPathIsReadInItsType() throws InvalidEventException {
        UUID session = UUID.randomUUID();
        EventReader sessions = new EventReader(Streams.preset("session-events"));

        assertThat(reader.parseEntity("a/b")).isEqualTo("a/b");
        assertThat(sessions.parseEntity(session.toString())).isEqualTo(session);
        assertThatThrownBy(() -> sessions.parseEntity("nobody"))
                .isInstanceOf(InvalidEventException.class)
                .hasMessage("session_id: must be a UUID of 36 characters, got \"nobody\"");
        assertThatThrownBy(() -> new EventReader(Streams.preset("collect")).parseEntity("x"))
                .isInstanceOf(InvalidEventException.class)
                .hasMessage("the stream collect counts nothing");
    }

    @Test
    void timestampsAreWrittenAsTheJavaLibraryWritesThem() {
        Random random = new Random(17);
        for (int i = 0; i < 20_000; i++) {
            long micros =
                    random.nextLong(io.weir.definition.Timestamps.SMALLEST, io.weir.definition.Timestamps.LARGEST + 1);
            micros -= i % 3 == 0 ? Math.floorMod(micros, 1000L) : i % 3 == 1 ? Math.floorMod(micros, 1_000_000L) : 0;
            String text = ValueText.of(FieldType.TIMESTAMP, micros);
            assertThat(text)
                    .isEqualTo(Instant.EPOCH.plus(micros, ChronoUnit.MICROS).toString());
            assertThat(io.weir.definition.Timestamps.parse(text)).isEqualTo(micros);
        }
    }

    @Test
    void refusedEventsComeBackFromTheLogWhateverTheirBytes() {
        for (InvalidEvent event : new InvalidEvent[] {
            new InvalidEvent(3, "linkId", "is \"bad\"\n", "{ä\0".getBytes(StandardCharsets.UTF_8), "k/3"),
            new InvalidEvent(0, null, "no", new byte[] {(byte) 0xff, 0, 1}, null)
        }) {
            assertThat(RefusedEvent.decode(RefusedEvent.encode(event)))
                    .usingRecursiveComparison()
                    .isEqualTo(event);
        }
        for (String foreign :
                new String[] {"", "{}", "x", "{\"reason\":\"a\",\"rawBase64\":\"*\"}", "{\"index\":[[[]]]}"}) {
            byte[] payload = foreign.getBytes(StandardCharsets.UTF_8);
            assertThat(RefusedEvent.decode(payload).raw()).isEqualTo(payload);
            assertThat(RefusedEvent.decode(payload).reason()).isEqualTo("is no refused event as Weir writes them");
        }
    }

    private Event read(String json) throws InvalidEventException {
        return reader.read(ENTRY, 0, json.getBytes(StandardCharsets.UTF_8));
    }
}
