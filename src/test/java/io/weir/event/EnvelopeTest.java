package io.weir.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.definition.BodyForm;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnvelopeTest {
    private static final String ONE = "2f1c1b6e-6c0e-4b57-9d0a-3d2a4a4f6f10";
    private static final String OTHER = "00000000-0000-0000-0000-000000000001";

    private final DecoderTester tester = new DecoderTester(Streams.preset("session-events"));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"session_id\":\"%s\",\"other\":{\"x\":[1]},\"events\":[%s]}",
                "{\"other\":[{}],\"events\":[%2$s],\"session_id\":\"%1$s\"}"
            })
    void itemsInheritOuterFieldsWhereverTheyStand(String envelope) {
        String items =
                "{\"event_type\":\"click\",\"timestamp\":0}, {\"event_type\":\"x\",\"timestamp\":0,\"session_id\":\"%s\"}"
                        .formatted(OTHER);

        assertThat(tester.accepted(BodyForm.ENVELOPE, envelope.formatted(ONE, items)))
                .containsExactly(
                        "{\"session_id\":\"%s\",\"timestamp\":\"1970-01-01T00:00:00Z\",\"event_type\":\"click\"}"
                                .formatted(ONE),
                        "{\"session_id\":\"%s\",\"timestamp\":\"1970-01-01T00:00:00Z\",\"event_type\":\"x\"}"
                                .formatted(OTHER));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"session_id\":\"bad\",\"events\":[%s]}",
                "{\"events\":[%s],\"session_id\":\"bad\"}",
                "{\"session_id\":\"2f1c1b6e-6c0e-4b57-9d0a-3d2a4a4f6f10\",\"session_id\":\"bad\",\"events\":[%s]}"
            })
    void aFaultyOuterFieldMattersOnlyToItemsWithoutTheirOwn(String envelope) {
        String items = "{\"event_type\":\"a\",\"session_id\":\"%s\"},{\"event_type\":\"b\"}".formatted(OTHER);

        DecodeResult.Decoded decoded = tester.decoded(BodyForm.ENVELOPE, envelope.formatted(items), true);

        assertThat(decoded.accepted()).hasSize(1);
        assertThat(decoded.invalid()).hasSize(1);
        assertThat(decoded.invalid().getFirst().field()).isEqualTo("session_id");
        assertThat(decoded.invalid().getFirst().index()).isEqualTo(1);
        assertThat(new String(decoded.invalid().getFirst().raw(), StandardCharsets.UTF_8))
                .isEqualTo("{\"event_type\":\"b\"}");
    }

    @Test
    void aMissingOuterFieldIsMissingInTheFirstItem() {
        InvalidEvent invalid = tester.invalid(BodyForm.ENVELOPE, "{\"events\":[{\"event_type\":\"a\"},{}]}");

        assertThat(invalid.index()).isZero();
        assertThat(invalid.field()).isEqualTo("session_id");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "{\"events\":[]}",
                "{\"events\":{}}",
                "{\"events\":null}",
                "{\"events\":[{}]",
                "{\"events\":[{}],\"events\":[{}]}",
                "{\"events\":[{}]} 1",
                "{\"events\":[{},]}"
            })
    void anEnvelopeWithoutOneListIsMalformed(String body) {
        assertThat(tester.refused(BodyForm.ENVELOPE, body, true).reason()).isEqualTo(DecodeResult.Reason.MALFORMED);
    }

    @Test
    void anItemThatIsTooDeepIsRefusedWithItsIndex() {
        String deep = "[".repeat(6) + "]".repeat(6);
        DecodeResult.Refused refused =
                tester.refused(BodyForm.ENVELOPE, "{\"events\":[{\"event_type\":\"a\"},{\"x\":" + deep + "}]}", true);

        assertThat(refused.reason()).isEqualTo(DecodeResult.Reason.TOO_DEEP);
        assertThat(refused.index()).isEqualTo(1);
    }
}
