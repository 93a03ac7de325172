package io.weir.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.definition.BodyForm;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestDecoderTest {
    private final DecoderTester clicks = new DecoderTester(Streams.preset("link-clicks"));
    private final DecoderTester everyType = new DecoderTester(Streams.EVERY_TYPE);

    @Test
    void anArrayIsDecodedInOrder() {
        assertThat(clicks.accepted(
                        BodyForm.ARRAY,
                        " [ {\"linkId\":\"a\",\"timestamp\":0} , {\"count\":2,\"linkId\":\"b\",\"timestamp\":1}]\n"))
                .containsExactly(
                        "{\"linkId\":\"a\",\"timestamp\":\"1970-01-01T00:00:00Z\",\"count\":1}",
                        "{\"linkId\":\"b\",\"timestamp\":\"1970-01-01T00:00:00.001Z\",\"count\":2}");
    }

    @Test
    void linesAreDecodedAndBlankOnesKeepNoIndex() {
        DecodeResult.Decoded decoded = clicks.decoded(
                BodyForm.NDJSON, "\n{\"linkId\":\"a\"}\r\n  \t\n{\"linkId\":5}\nnonsense\n{\"linkId\":\"b\"}", true);

        assertThat(decoded.accepted()).hasSize(2);
        assertThat(decoded.invalid()).extracting(InvalidEvent::index).containsExactly(1, 2);
        assertThat(text(decoded.invalid().get(0))).isEqualTo("{\"linkId\":5}");
        assertThat(text(decoded.invalid().get(1))).isEqualTo("nonsense");
        assertThat(decoded.invalid().get(1).reason()).startsWith("is not JSON: ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"[1]", "{\"linkId\":\"a\"} {}", "{\"linkId\":\"a\"", "7", "{\"linkId\":\"a\\x\"}"})
    void aLineThatIsNoObjectIsAnInvalidEventAndNoRefusal(String line) {
        InvalidEvent invalid = clicks.invalid(BodyForm.NDJSON, "{\"linkId\":\"a\"}\n" + line + "\n{\"linkId\":\"b\"}");

        assertThat(invalid.index()).isEqualTo(1);
        assertThat(invalid.field()).isNull();
        assertThat(text(invalid)).isEqualTo(line);
    }

    @Test
    void decodingStopsAtTheFirstInvalidEventUnlessInvalidOnesAreKept() {
        String body =
                "[{\"linkId\":\"a\"},{\"linkId\":\"b\",\"count\":0},{\"linkId\":1},{\"linkId\":\"c\"},4,\"x y\",[{}]]";

        DecodeResult.Decoded strict = clicks.decoded(BodyForm.ARRAY, body, false);
        DecodeResult.Decoded lenient = clicks.decoded(BodyForm.ARRAY, body, true);

        assertThat(strict.invalid()).extracting(InvalidEvent::index).containsExactly(1);
        assertThat(DecodeResult.firstInvalid(strict)).isSameAs(strict.invalid().getFirst());
        assertThat(lenient.accepted()).hasSize(2);
        assertThat(lenient.invalid()).extracting(InvalidEvent::index).containsExactly(1, 2, 4, 5, 6);
        assertThat(lenient.invalid())
                .extracting(RequestDecoderTest::text)
                .containsExactly("{\"linkId\":\"b\",\"count\":0}", "{\"linkId\":1}", "4", "\"x y\"", "[{}]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "[",
                "[]",
                "[{\"linkId\":\"a\"},]",
                "[{\"linkId\":\"a\"}",
                "[{\"linkId\":}]",
                "{}",
                "[{\"linkId\":\"a\"}] x",
                "[{\"linkId\":\"a\"}][]",
                "null"
            })
    void anArrayThatIsNoneIsMalformed(String body) {
        assertThat(clicks.refused(BodyForm.ARRAY, body, true).reason()).isEqualTo(DecodeResult.Reason.MALFORMED);
    }

    @ParameterizedTest
    @EnumSource(BodyForm.class)
    void anEmptyBodyIsMalformed(BodyForm form) {
        DecoderTester envelopes = new DecoderTester(Streams.preset("session-events"));
        assertThat(envelopes.refused(form, "", true).reason()).isEqualTo(DecodeResult.Reason.MALFORMED);
    }

    @Test
    void bytesThatAreNoUtf8AreMalformedOrAnInvalidLine() {
        for (byte[] bad : List.of(
                new byte[] {(byte) 0xc0, (byte) 0x80},
                new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80},
                new byte[] {(byte) 0xff},
                new byte[] {(byte) 0xf4, (byte) 0x90, (byte) 0x80, (byte) 0x80},
                new byte[] {(byte) 0xe4})) {
            String around = "{\"linkId\":\"a\",\"unknown\":\"" + new String(bad, StandardCharsets.ISO_8859_1) + "\"}";
            byte[] body = around.getBytes(StandardCharsets.ISO_8859_1);

            assertThat(clicks.decode(BodyForm.OBJECT, body, true, null, 0))
                    .isEqualTo(new DecodeResult.Refused(DecodeResult.Reason.MALFORMED, "is not UTF-8", -1));
            DecodeResult.Decoded line = (DecodeResult.Decoded) clicks.decode(BodyForm.NDJSON, body, true, null, 0);
            assertThat(line.invalid().getFirst().raw()).isEqualTo(body);
        }
        byte[] utf16 = "{\"linkId\":\"a\"}".getBytes(StandardCharsets.UTF_16LE);
        assertThat(clicks.decode(BodyForm.OBJECT, utf16, true, null, 0)).isInstanceOf(DecodeResult.Refused.class);
    }

    @Test
    void aFieldThatIsGivenTwiceIsInvalid() {
        InvalidEvent invalid = clicks.invalid(BodyForm.OBJECT, "{\"linkId\":\"a\",\"linkId\":\"b\"}");

        assertThat(invalid.field()).isEqualTo("linkId");
        assertThat(invalid.reason()).isEqualTo("is given twice");
    }

    @Test
    void moreEventsThanAllowedAreRefusedInEveryForm() {
        String event = "{\"linkId\":\"a\"}";
        String array = "[" + (event + ",").repeat(10) + event + "]";
        for (DecodeResult.Refused refused : List.of(
                clicks.refused(BodyForm.ARRAY, array, true),
                clicks.refused(BodyForm.NDJSON, (event + "\n").repeat(11), true))) {
            assertThat(refused.reason()).isEqualTo(DecodeResult.Reason.TOO_MANY_EVENTS);
            assertThat(refused.index()).isEqualTo(10);
        }
        assertThat(clicks.accepted(BodyForm.NDJSON, (event + "\n").repeat(10))).hasSize(10);
    }

    @Test
    void anEventThatIsTooLargeIsRefusedWithItsIndex() {
        String small = "{\"linkId\":\"a\"}";
        String large = "{\"linkId\":\"a\",\"x\":\"" + "y".repeat(4000) + "\"}";

        assertThat(clicks.refused(BodyForm.OBJECT, large, true).reason())
                .isEqualTo(DecodeResult.Reason.EVENT_TOO_LARGE);
        DecodeResult.Refused array = clicks.refused(BodyForm.ARRAY, "[" + small + "," + large + "]", true);
        assertThat(array.reason()).isEqualTo(DecodeResult.Reason.EVENT_TOO_LARGE);
        assertThat(array.index()).isEqualTo(1);
        assertThat(clicks.refused(BodyForm.NDJSON, small + "\n" + large, false).index())
                .isEqualTo(1);
    }

    @Test
    void aLineThatIsTooLargeIsKeptCutWhereInvalidOnesAreKept() {
        DecodeResult.Decoded decoded = clicks.decoded(
                BodyForm.NDJSON, "{\"linkId\":\"a\"}\n\"" + "y".repeat(5000) + "\"\n{\"linkId\":\"b\"}", true);

        assertThat(decoded.accepted()).hasSize(2);
        assertThat(decoded.invalid().getFirst().raw()).hasSize(4000);
        assertThat(decoded.invalid().getFirst().reason()).contains("is 5002 bytes long, more than 4000");
    }

    @Test
    void nestingBeyondTheLimitIsRefusedEvenInFieldsThatNobodyKeeps() {
        String seven = "[".repeat(7) + "]".repeat(7);
        String eight = "[".repeat(8) + "]".repeat(8);

        assertThat(clicks.accepted(BodyForm.OBJECT, "{\"linkId\":\"a\",\"x\":" + seven + "}"))
                .hasSize(1);
        assertThat(everyType.accepted(BodyForm.OBJECT, "{\"id\":\"a\",\"extra\":" + seven + "}"))
                .hasSize(1);
        for (DecodeResult.Refused refused : List.of(
                clicks.refused(BodyForm.OBJECT, "{\"linkId\":\"a\",\"x\":" + eight + "}", true),
                clicks.refused(BodyForm.OBJECT, "{\"linkId\":" + eight + "}", true),
                clicks.refused(BodyForm.ARRAY, "[{\"linkId\":\"a\",\"x\":" + seven + "}]", true),
                clicks.refused(BodyForm.NDJSON, "{\"linkId\":\"a\",\"x\":" + eight + "}", false),
                everyType.refused(BodyForm.OBJECT, "{\"id\":\"a\",\"extra\":" + eight + "}", true),
                clicks.refused(BodyForm.ARRAY, "[".repeat(100_000), true))) {
            assertThat(refused.reason()).isEqualTo(DecodeResult.Reason.TOO_DEEP);
            assertThat(refused.index()).isZero();
        }
    }

    @Test
    void anEventIsKeyedByItsFieldOrElseByTheRequestAndItsIndex() {
        String uid = "2f1c1b6e-6c0e-4b57-9d0a-3d2a4a4f6f10";
        byte[] body = ("[{\"id\":\"a\",\"uid\":\"" + uid.toUpperCase(java.util.Locale.ROOT)
                        + "\"},{\"id\":\"b\"},{\"id\":1}]")
                .getBytes(StandardCharsets.UTF_8);

        DecodeResult.Decoded keyed = (DecodeResult.Decoded) everyType.decode(BodyForm.ARRAY, body, true, "request", 40);
        DecodeResult.Decoded unkeyed = (DecodeResult.Decoded) everyType.decode(BodyForm.ARRAY, body, true, null, 0);

        assertThat(keyed.accepted()).extracting(AcceptedEvent::key).containsExactly(uid, "request/41");
        assertThat(keyed.invalid()).extracting(InvalidEvent::key).containsExactly("request/42");
        assertThat(new String(keyed.accepted().get(1).json(), StandardCharsets.UTF_8))
                .endsWith(",\"$key\":\"request/41\"}");
        assertThat(unkeyed.accepted()).extracting(AcceptedEvent::key).containsExactly(uid, null);
    }

    @Test
    void anEntityThatNoIndexTakesIsInvalid() {
        DecoderTester views = new DecoderTester(Streams.preset("page-views"));
        assertThat(views.invalid(BodyForm.OBJECT, "{\"path\":\"/" + "ä".repeat(1300) + "\"}")
                        .reason())
                .contains("is 2601 bytes long, more than an index takes (2600)");
    }

    private static String text(InvalidEvent event) {
        return new String(event.raw(), StandardCharsets.UTF_8);
    }
}
