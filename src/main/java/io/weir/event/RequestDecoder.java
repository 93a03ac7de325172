package io.weir.event;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.weir.definition.BodyForm;
import io.weir.definition.Field;
import io.weir.definition.StreamDefinition;
import java.io.IOException;

/** Turns the bodies of requests into events of one stream. Thread-safe; whatever a body holds, it returns a result. */
public final class RequestDecoder {
    private final StreamDefinition definition;
    private final DecodeLimits limits;
    private final Field[] fields;
    private final FieldReader reader;
    private final EventEncoder encoder;
    private final EventEnricher enricher;
    private final EnvelopeDecoding envelopes;
    private final LineDecoding lines;

    public RequestDecoder(StreamDefinition definition, DecodeLimits limits, EventEnricher enricher) {
        this.definition = definition;
        this.limits = limits;
        this.fields = definition.fields().toArray(new Field[0]);
        this.enricher = enricher;
        this.reader = FieldReader.atTheDoor(definition, limits.maxDepth());
        this.encoder = new EventEncoder(definition);
        this.envelopes = new EnvelopeDecoding(definition, reader);
        this.lines = new LineDecoding(definition, reader);
    }

    /** Decodes a body in the form that the request names, whether the stream takes that form or not. */
    public DecodeResult decode(DecodeRequest request) {
        int expectedEvents = request.form() == BodyForm.OBJECT ? 1 : 16;
        Batch batch = new Batch(definition, fields, encoder, enricher, request, limits, expectedEvents);
        try {
            switch (request.form()) {
                case OBJECT -> decodeObject(batch);
                case ARRAY -> decodeArray(batch);
                case ENVELOPE -> envelopes.decode(batch);
                case NDJSON -> lines.decodeJson(batch);
                case ACCESS_LOG -> lines.decodeAccessLog(batch);
            }
            return batch.result();
        } catch (RefusedException refusal) {
            return refusal.refused();
        } catch (TooDeepException problem) {
            return new DecodeResult.Refused(
                    DecodeResult.Reason.TOO_DEEP, String.valueOf(problem.getMessage()), batch.next());
        } catch (IOException problem) {
            return malformed("is not JSON: " + Json.problem(problem)).refused();
        }
    }

    static RefusedException malformed(String detail) {
        return new RefusedException(DecodeResult.Reason.MALFORMED, detail, -1);
    }

    private void decodeObject(Batch batch) throws IOException, RefusedException, TooDeepException {
        byte[] body = batch.request().body();
        batch.requireSize(body.length);
        try (JsonParser parser = wholeBody(body, JsonToken.START_OBJECT)) {
            ParsedObject event = new ParsedObject(fields.length);
            reader.readObject(parser, 1, event);
            requireEnd(parser);
            batch.add(event, 0, body.length);
        }
    }

    private void decodeArray(Batch batch) throws IOException, RefusedException, TooDeepException {
        byte[] body = batch.request().body();
        try (JsonParser parser = wholeBody(body, JsonToken.START_ARRAY)) {
            if (limits.maxDepth() < 1) {
                throw new TooDeepException(limits.maxDepth());
            }
            ParsedObject event = new ParsedObject(fields.length);
            while (!batch.isStopped() && nextElement(parser)) {
                decodeElement(reader, parser, 1, 0, batch, event.clear());
                batch.add(event, event.from, event.to);
            }
            if (!batch.isStopped()) {
                requireEnd(parser);
            }
        }
    }

    /** A parser over a body that begins with this token. */
    static JsonParser wholeBody(byte[] body, JsonToken first) throws IOException, RefusedException {
        if (body.length == 0) {
            throw malformed("is empty");
        }
        if (!Utf8.isValid(body, 0, body.length)) {
            throw malformed("is not UTF-8");
        }
        JsonParser parser = Json.parser(body, 0, body.length);
        if (parser.nextToken() != first) {
            String expected = first == JsonToken.START_OBJECT ? "an object" : "an array";
            throw malformed("must be " + expected + ", got " + Got.value(parser));
        }
        return parser;
    }

    static void requireEnd(JsonParser parser) throws IOException, RefusedException {
        if (parser.nextToken() != null) {
            throw malformed("goes on after its end with " + Got.value(parser));
        }
    }

    /** Steps to an array's next element; false at its end. */
    static boolean nextElement(JsonParser parser) throws IOException {
        // at the end of the input the parser throws, as long as something is open
        return parser.nextToken() != JsonToken.END_ARRAY;
    }

    /**
     * Reads the element that the parser stands at, and where it is in the body.
     *
     * @param depth of the array around it
     * @param offset of the parser's first byte in the body
     */
    static void decodeElement(
            FieldReader reader, JsonParser parser, int depth, int offset, Batch batch, ParsedObject event)
            throws IOException, RefusedException, TooDeepException {
        batch.requireRoom();
        event.from = offset + Math.toIntExact(parser.currentTokenLocation().getByteOffset());
        if (parser.currentToken() == JsonToken.START_OBJECT) {
            reader.readObject(parser, depth + 1, event);
        } else {
            event.fail(new InvalidEventException(null, "must be an object, got " + Got.value(parser)));
            Json.skip(parser, depth, batch.limits().maxDepth());
        }
        event.to = offset + Math.toIntExact(parser.currentLocation().getByteOffset());
        batch.requireSize(event.to - event.from);
    }
}
