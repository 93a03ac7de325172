package io.weir.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.weir.definition.BodyForm;
import io.weir.definition.Field;
import io.weir.definition.StreamDefinition;
import io.weir.definition.Timestamps;
import io.weir.event.AcceptedEvent;
import io.weir.event.DecodeLimits;
import io.weir.event.DecodeRequest;
import io.weir.event.DecodeResult;
import io.weir.event.EntryId;
import io.weir.event.Event;
import io.weir.event.EventEnricher;
import io.weir.event.EventReader;
import io.weir.event.InvalidEvent;
import io.weir.event.RefusedEvent;
import io.weir.event.RequestDecoder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The body of a request in one form, on its way to the log and back. */
final class BodyTarget implements FuzzTarget {
    private static final DecodeLimits LIMITS = new DecodeLimits(300, 8_000, 32);
    private static final long NOW = 1_700_000_000_000_123L;
    private static final int CHECKED_EVENTS = 40;
    private static final String LINE =
            "192.0.2.1 - - [17/May/2015:10:05:03 +0000] \"GET /a HTTP/1.1\" 200 512 \"-\" \"curl/8.5.0\"\n";
    private static final JsonFactory STRICT = new JsonFactory();

    private final BodyForm form;
    private final StreamDefinition definition;
    private final RequestDecoder decoder;
    private final EventReader reader;

    BodyTarget(BodyForm form) {
        this.form = form;
        this.definition = Definitions.parse(form == BodyForm.ACCESS_LOG ? Definitions.LINES : Definitions.TEXT);
        this.decoder = new RequestDecoder(definition, LIMITS, EventEnricher.NONE);
        this.reader = new EventReader(definition);
    }

    @Override
    public String name() {
        return "body-" + form.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    @Override
    public List<byte[]> seeds() {
        String event = "{\"id\":\"a\",\"number\":5,\"at\":\"2025-01-19T10:00:00Z\",\"own\":\"k\"}";
        String seed = switch (form) {
            case OBJECT -> event;
            case ARRAY -> "[" + event + ",{\"id\":\"b\"}]";
            case ENVELOPE -> "{\"id\":\"x\",\"items\":[" + event + ",{}],\"number\":3}";
            case NDJSON -> event + "\n\n{\"id\":\"b\"}\r\n";
            case ACCESS_LOG -> LINE + "::1 - a b [31/Dec/9999:23:59:59 -1800] \"-\" 400 - \"a\\\"b\" \"\\\\x\" more\n";
        };
        return List.of(seed.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public List<String> tokens() {
        List<String> tokens = new ArrayList<>();
        definition.fields().forEach(field -> tokens.add("\"" + field.name() + "\":"));
        tokens.addAll(List.of(
                "\"items\":[",
                "\"items\":",
                "\"9999-12-31T23:59:59-18:00\"",
                "\"0001-01-01T00:00Z\"",
                " - - ",
                "\" ",
                " \"",
                "[31/Dec/9999:23:59:59 -1800]",
                "[01/Jan/0001:00:00:00 +1800]",
                "+0099",
                "GET / HTTP/1.1",
                " HTTP/",
                "::ffff:1.2.3.4",
                "fe80::1%eth0",
                LINE));
        return tokens;
    }

    @Override
    public byte[] generate(Random random) {
        StringBuilder body = new StringBuilder();
        int events = 1 + random.nextInt(random.nextInt(20) == 0 ? 400 : 4);
        switch (form) {
            case OBJECT -> body.append(JsonGrammar.object(definition, random));
            case ACCESS_LOG -> body.append(LINE.repeat(events));
            case NDJSON -> {
                for (int i = 0; i < events; i++) {
                    body.append(JsonGrammar.object(definition, random)).append('\n');
                }
            }
            case ARRAY -> body.append(list(events, random));
            case ENVELOPE -> {
                String outer = JsonGrammar.object(definition, random);
                String items = "\"items\":" + list(events, random);
                body.append(
                        random.nextBoolean()
                                ? "{" + items + "," + outer.substring(1)
                                : outer.substring(0, outer.length() - 1) + "," + items + "}");
            }
        }
        return body.toString().getBytes(StandardCharsets.UTF_8);
    }

    private String list(int events, Random random) {
        List<String> items = new ArrayList<>();
        for (int i = 0; i < events; i++) {
            items.add(JsonGrammar.object(definition, random));
        }
        return "[" + String.join(",", items) + "]";
    }

    @Override
    public void parse(byte[] body) {
        var _ = decode(body, form, true, 3);
    }

    @Override
    public void check(byte[] body) throws Exception {
        byte[] sent = body.clone();
        DecodeResult strict = decode(body, form, false, 3);
        DecodeResult lenient = decode(body, form, true, 3);
        assertThat(body).isEqualTo(sent);
        checkResult(body, strict);
        checkResult(body, lenient);
        if (strict instanceof DecodeResult.Decoded first) {
            if (first.invalid().isEmpty()) {
                assertThat(lenient).isInstanceOf(DecodeResult.Decoded.class);
                assertThat(((DecodeResult.Decoded) lenient).accepted()).hasSameSizeAs(first.accepted());
            } else {
                assertThat(first.invalid()).hasSize(1);
            }
        }
    }

    private DecodeResult decode(byte[] body, BodyForm as, boolean keepInvalid, long firstIndex) {
        return decoder.decode(new DecodeRequest(body, as, NOW, "key", firstIndex, "v", keepInvalid));
    }

    private void checkResult(byte[] body, DecodeResult result) throws Exception {
        switch (result) {
            case DecodeResult.Refused refused -> {
                assertThat(refused.index()).isBetween(-1, LIMITS.maxEvents());
                Texts.requireMessage(refused.detail());
            }
            case DecodeResult.Decoded decoded -> {
                int events = decoded.accepted().size() + decoded.invalid().size();
                assertThat(events).isBetween(1, LIMITS.maxEvents());
                int checked = 0;
                for (AcceptedEvent event : decoded.accepted()) {
                    if (checked++ < CHECKED_EVENTS) {
                        checkAccepted(event);
                    }
                }
                Set<Integer> indexes = new HashSet<>();
                for (InvalidEvent event : decoded.invalid()) {
                    assertThat(event.index()).isBetween(0, events - 1);
                    assertThat(indexes.add(event.index())).isTrue();
                    if (indexes.size() < CHECKED_EVENTS) {
                        checkInvalid(body, event);
                    }
                }
            }
        }
    }

    private void checkAccepted(AcceptedEvent event) throws Exception {
        assertThat(event.partition()).isBetween(0, definition.partitions() - 1);
        byte[] json = event.json();
        assertThat(json.length).isLessThanOrEqualTo(LIMITS.maxEventBytes());
        StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(json));
        requireOneObject(json);
        Event read = reader.read(new EntryId(5, 0), 0, json);
        assertThat(read.key()).isEqualTo(event.key());
        for (Field field : definition.fields()) {
            checkValue(field, read.values()[field.index()]);
        }
        // what was encoded is decoded to the same
        String key = event.key();
        boolean ofRequest = key != null && key.startsWith("key/");
        long index = ofRequest ? Long.parseLong(String.valueOf(key).substring(4)) : 0;
        DecodeResult again = decode(json, BodyForm.OBJECT, false, index);
        assertThat(again).isInstanceOf(DecodeResult.Decoded.class);
        DecodeResult.Decoded decoded = (DecodeResult.Decoded) again;
        assertThat(decoded.invalid()).extracting(InvalidEvent::reason).isEmpty();
        assertThat(decoded.accepted().getFirst().json()).isEqualTo(json);
        assertThat(decoded.accepted().getFirst().partition()).isEqualTo(event.partition());
    }

    private static void checkValue(Field field, @Nullable Object value) {
        switch (value) {
            case null -> assertThat(field.required()).isFalse();
            case String text -> Texts.requireStorable(text);
            case Double number -> assertThat(number).isFinite();
            case Long number -> {
                if (field.type().name().equals("TIMESTAMP")) {
                    assertThat(number).isBetween(Timestamps.SMALLEST, Timestamps.LARGEST);
                }
            }
            default -> {}
        }
    }

    /** It is one JSON object in which no name stands twice, as another parser sees it. */
    private static void requireOneObject(byte[] json) throws IOException {
        Set<String> names = new HashSet<>();
        try (JsonParser parser = STRICT.createParser(json)) {
            assertThat(parser.nextToken()).isEqualTo(JsonToken.START_OBJECT);
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                assertThat(names.add(parser.currentName())).isTrue();
                parser.nextToken();
                parser.skipChildren();
            }
            assertThat(parser.nextToken()).isNull();
        }
    }

    private void checkInvalid(byte[] body, InvalidEvent event) {
        Texts.requireMessage(event.reason());
        assertThat(event.reason()).isNotBlank();
        if (event.field() != null) {
            assertThat(definition.fields()).extracting(Field::name).contains(event.field());
        }
        assertThat(event.raw().length).isLessThanOrEqualTo(Math.min(body.length, LIMITS.maxEventBytes()));
        assertThat(new String(body, StandardCharsets.ISO_8859_1))
                .contains(new String(event.raw(), StandardCharsets.ISO_8859_1));
        InvalidEvent kept = RefusedEvent.decode(RefusedEvent.encode(event));
        assertThat(kept.raw()).isEqualTo(event.raw());
        assertThat(kept.index()).isEqualTo(event.index());
        assertThat(kept.field()).isEqualTo(event.field());
        assertThat(kept.reason()).isEqualTo(event.reason());
        assertThat(kept.key()).isEqualTo(event.key());
    }
}
