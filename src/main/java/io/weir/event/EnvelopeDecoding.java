package io.weir.event;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.weir.definition.Field;
import io.weir.definition.StreamDefinition;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Reads an object whose list holds the events, each of which inherits the object's own fields, wherever they stand.
 *
 * <p>The list is read as it comes, with what stands before it. Only when a field of the stream follows, which clients
 * hardly do, it is read once more.
 */
final class EnvelopeDecoding {
    /** Fields of the outer object; a faulty one matters only to events that don't have the field themselves. */
    private static final class Outer {
        final @Nullable Object[] values;
        final @Nullable InvalidEventException[] faults;
        final boolean[] seen;

        Outer(int fields) {
            this.values = new @Nullable Object[fields];
            this.faults = new @Nullable InvalidEventException[fields];
            this.seen = new boolean[fields];
        }

        void bequeath(ParsedObject event) {
            for (int i = 0; i < values.length; i++) {
                if (event.values[i] == null) {
                    event.values[i] = values[i];
                    InvalidEventException fault = faults[i];
                    if (fault != null) {
                        event.fail(fault);
                    }
                }
            }
        }
    }

    private final int fields;
    private final @Nullable String items;
    private final FieldReader reader;

    EnvelopeDecoding(StreamDefinition definition, FieldReader reader) {
        this.fields = definition.fields().size();
        this.items = definition.ingest().items();
        this.reader = reader;
    }

    void decode(Batch batch) throws IOException, RefusedException, TooDeepException {
        byte[] body = batch.request().body();
        int maxDepth = batch.limits().maxDepth();
        Outer outer = new Outer(fields);
        int itemsFrom = -1;
        int itemsTo = -1;
        boolean late = false;
        try (JsonParser parser = RequestDecoder.wholeBody(body, JsonToken.START_OBJECT)) {
            for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
                parser.nextToken();
                if (name.equals(items)) {
                    if (itemsFrom >= 0 || parser.currentToken() != JsonToken.START_ARRAY) {
                        throw RequestDecoder.malformed("must hold one list \"" + items + "\"");
                    }
                    itemsFrom = Math.toIntExact(parser.currentTokenLocation().getByteOffset());
                    if (maxDepth < 2) {
                        throw new TooDeepException(maxDepth);
                    }
                    decodeItems(parser, 0, batch, outer);
                    itemsTo = Math.toIntExact(parser.currentLocation().getByteOffset());
                    continue;
                }
                Field field = reader.field(name);
                if (field == null) {
                    Json.skip(parser, 1, maxDepth);
                } else {
                    readOuter(parser, field, outer, maxDepth);
                    late |= itemsFrom >= 0;
                }
            }
            RequestDecoder.requireEnd(parser);
        }
        if (itemsFrom < 0) {
            throw RequestDecoder.malformed("must hold a list \"" + items + "\"");
        }
        if (late) {
            batch.restart();
            try (JsonParser parser = Json.parser(body, itemsFrom, itemsTo)) {
                parser.nextToken();
                decodeItems(parser, itemsFrom, batch, outer);
            }
        }
    }

    /** Reads the list to its end, since fields may follow that make sense of what is invalid so far. */
    private void decodeItems(JsonParser parser, int offset, Batch batch, Outer outer)
            throws IOException, RefusedException, TooDeepException {
        ParsedObject event = new ParsedObject(fields);
        while (RequestDecoder.nextElement(parser)) {
            if (batch.isStopped()) {
                Json.skip(parser, 2, batch.limits().maxDepth());
                continue;
            }
            RequestDecoder.decodeElement(reader, parser, 2, offset, batch, event.clear());
            outer.bequeath(event);
            batch.add(event, event.from, event.to);
        }
    }

    private void readOuter(JsonParser parser, Field field, Outer outer, int maxDepth)
            throws IOException, TooDeepException {
        int index = field.index();
        try {
            if (outer.seen[index]) {
                throw new InvalidEventException(field.name(), "is given twice in the envelope");
            }
            outer.seen[index] = true;
            outer.values[index] = reader.read(parser, field, 1);
        } catch (InvalidEventException problem) {
            outer.values[index] = null;
            outer.faults[index] = problem;
            Json.skip(parser, 1, maxDepth);
        }
    }
}
