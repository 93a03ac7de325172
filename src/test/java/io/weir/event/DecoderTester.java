package io.weir.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.definition.BodyForm;
import io.weir.definition.StreamDefinition;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Decodes bodies of one stream and says what came out. */
final class DecoderTester {
    static final DecodeLimits LIMITS = new DecodeLimits(10, 4000, 8);
    /** 2023-11-14T22:13:20.000123Z. */
    static final long NOW = 1_700_000_000_000_123L;

    private final RequestDecoder decoder;

    DecoderTester(StreamDefinition definition) {
        this(definition, LIMITS);
    }

    DecoderTester(StreamDefinition definition, DecodeLimits limits) {
        this.decoder = new RequestDecoder(definition, limits, EventEnricher.NONE);
    }

    DecodeResult decode(BodyForm form, byte[] body, boolean keepInvalid, @Nullable String key, long firstIndex) {
        return decoder.decode(new DecodeRequest(body, form, NOW, key, firstIndex, "v", keepInvalid));
    }

    DecodeResult decode(BodyForm form, String body, boolean keepInvalid) {
        return decode(form, body.getBytes(StandardCharsets.UTF_8), keepInvalid, null, 0);
    }

    DecodeResult.Decoded decoded(BodyForm form, String body, boolean keepInvalid) {
        DecodeResult result = decode(form, body, keepInvalid);
        assertThat(result).isInstanceOf(DecodeResult.Decoded.class);
        return (DecodeResult.Decoded) result;
    }

    /** The canonical JSON of the events of a body without fault. */
    List<String> accepted(BodyForm form, String body) {
        DecodeResult.Decoded decoded = decoded(form, body, false);
        assertThat(decoded.invalid()).extracting(InvalidEvent::reason).isEmpty();
        return decoded.accepted().stream()
                .map(event -> new String(event.json(), StandardCharsets.UTF_8))
                .toList();
    }

    /** The one invalid event of a body. */
    InvalidEvent invalid(BodyForm form, String body) {
        DecodeResult.Decoded decoded = decoded(form, body, false);
        assertThat(decoded.invalid()).hasSize(1);
        return decoded.invalid().getFirst();
    }

    DecodeResult.Refused refused(BodyForm form, String body, boolean keepInvalid) {
        DecodeResult result = decode(form, body, keepInvalid);
        assertThat(result).isInstanceOf(DecodeResult.Refused.class);
        return (DecodeResult.Refused) result;
    }
}
