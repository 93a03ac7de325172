package io.weir.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.definition.BodyForm;
import io.weir.definition.StreamDefinition;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MutatedBodiesTest {
    private static final String EVENT = """
        {"id":"i ä 😀 \\u00e4\\n","number":7,"ratio":-0.1e1,"flag":true,"at":"2025-01-19T10:00:00.000001Z",
        "uid":"2f1c1b6e-6c0e-4b57-9d0a-3d2a4a4f6f10","link":"http://example.com/","address":"2001:db8::1",
        "extra":{"a":[1,2.5,null,"\\ud83d\\ude00"]},"amount":-3,"more":[[{}]]}\
        """.replace("\n", "");
    private static final String LINE =
            "1.2.3.4 - - [17/May/2015:10:05:03 +0000] \"GET /a HTTP/1.1\" 200 1 \"-\" \"x \\\" y\"\n";
    private static final String INTERESTING = "\"\\{}[],:0-.eE\n\r \0\u00e4tfn/u";

    @Test
    void whateverTheBodyTheDecoderAnswersAndWhatItAcceptsCanBeRead() throws InvalidEventException {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("MutatedBodiesTest -Dseed=" + seed);
        Random random = new Random(seed);
        StreamDefinition envelopes = Streams.parse("""
            weir.streams.envelopes {
              ingest { body = envelope, items = events }
              fields { id = text, number = long, extra = json, at = timestamp }
              rows = [{ table = t, columns { id = id } }]
            }\
            """);
        Map<BodyForm, String> bodies = Map.of(
                BodyForm.OBJECT, EVENT,
                BodyForm.ARRAY, "[" + EVENT + "," + EVENT + "]",
                BodyForm.NDJSON, EVENT + "\n" + EVENT,
                BodyForm.ENVELOPE, "{\"id\":\"x\",\"events\":[" + EVENT + "],\"number\":3}",
                BodyForm.ACCESS_LOG, LINE + LINE);
        for (Map.Entry<BodyForm, String> entry : bodies.entrySet()) {
            StreamDefinition definition = switch (entry.getKey()) {
                case ENVELOPE -> envelopes;
                case ACCESS_LOG -> Streams.preset("page-views");
                case OBJECT, ARRAY, NDJSON -> Streams.EVERY_TYPE;
            };
            DecoderTester tester = new DecoderTester(definition);
            EventReader reader = new EventReader(definition);
            byte[] valid = entry.getValue().getBytes(StandardCharsets.UTF_8);
            assertThat(tester.accepted(entry.getKey(), entry.getValue())).isNotEmpty();
            for (int round = 0; round < 5000; round++) {
                byte[] body = mutate(valid, random);
                DecodeResult result = tester.decode(entry.getKey(), body, random.nextBoolean(), "key", 0);
                if (result instanceof DecodeResult.Decoded decoded) {
                    assertThat(decoded.accepted().size() + decoded.invalid().size())
                            .isPositive();
                    for (AcceptedEvent event : decoded.accepted()) {
                        Event read = reader.read(EntryId.ZERO, 0, event.json());
                        assertThat(read.key()).isEqualTo(event.key());
                    }
                    for (InvalidEvent event : decoded.invalid()) {
                        assertThat(RefusedEvent.decode(RefusedEvent.encode(event))
                                        .raw())
                                .isEqualTo(event.raw());
                    }
                }
            }
        }
    }

    private static byte[] mutate(byte[] valid, Random random) {
        byte[] body = valid.clone();
        for (int change = random.nextInt(3); change >= 0; change--) {
            int at = random.nextInt(body.length);
            switch (random.nextInt(5)) {
                case 0 -> body[at] = (byte) random.nextInt(256);
                case 1 -> body[at] = (byte) INTERESTING.charAt(random.nextInt(INTERESTING.length()));
                case 2 -> body = Arrays.copyOf(body, Math.max(1, at));
                case 3 -> {
                    int length = Math.min(random.nextInt(20), body.length - at - 1);
                    System.arraycopy(body, random.nextInt(body.length - length), body, at, length);
                }
                default -> {
                    byte[] longer = new byte[body.length + 1];
                    System.arraycopy(body, 0, longer, 0, at);
                    longer[at] = (byte) INTERESTING.charAt(random.nextInt(INTERESTING.length()));
                    System.arraycopy(body, at, longer, at + 1, body.length - at - 1);
                    body = longer;
                }
            }
        }
        return body;
    }
}
