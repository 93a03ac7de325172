package io.weir.event;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.weir.definition.Default;
import io.weir.definition.Field;
import io.weir.definition.FieldValues;
import io.weir.definition.StreamDefinition;
import io.weir.definition.Timestamps;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Reads events of one stream back from the log. Thread-safe.
 *
 * <p>It trusts nothing: somebody may have put the event there by hand. Only bounds are not checked again, since they
 * may have been others when the event was accepted.
 */
public final class EventReader {
    private static final int MAX_DEPTH = 500;

    private final StreamDefinition definition;
    private final Field[] fields;
    private final FieldReader reader;

    public EventReader(StreamDefinition definition) {
        this.definition = definition;
        this.fields = definition.fields().toArray(new Field[0]);
        this.reader = new FieldReader(definition, false, MAX_DEPTH);
    }

    /**
     * The event that these bytes are.
     *
     * @param json one JSON object; a missing field takes its default, {@code now} being the entry's time
     * @throws InvalidEventException when they are none of this stream
     */
    public Event read(EntryId entryId, int index, byte[] json) throws InvalidEventException {
        ParsedObject event = new ParsedObject(fields.length);
        reader.readWhole(json, event);
        if (event.fault != null) {
            throw event.fault;
        }
        for (int i = 0; i < fields.length; i++) {
            if (event.values[i] == null) {
                event.values[i] = missing(fields[i], entryId);
            }
        }
        checkEntity(event);
        return new Event(entryId, index, event.values, key(event), json, event.letter);
    }

    /** The dead letter that these bytes of the log replay, though they may be no event; null when they replay none. */
    public @Nullable LetterReference letterOf(byte[] json) {
        ParsedObject event = new ParsedObject(fields.length);
        // nothing else of it is of interest
        event.fail(new InvalidEventException(null, "not read"));
        try (JsonParser parser = Json.parser(json, 0, json.length)) {
            if (parser.nextToken() == JsonToken.START_OBJECT) {
                reader.readObject(parser, 1, event);
            }
        } catch (IOException | TooDeepException unreadable) {
            // what Weir writes is JSON
            return event.letter;
        }
        return event.letter;
    }

    private static @Nullable Object missing(Field field, EntryId entryId) throws InvalidEventException {
        long entryMicros = entryId.millis() < 0 ? Timestamps.INVALID : Timestamps.ofEpochMillis(entryId.millis());
        if (entryMicros == Timestamps.INVALID && field.defaultValue() instanceof Default.Now) {
            // an ID can be given by hand
            throw new InvalidEventException(
                    field.name(), "is missing, and the entry's time is not in the years 1 to 9999");
        }
        return Batch.missing(field, entryMicros, null, Sender.UNKNOWN);
    }

    private @Nullable String key(ParsedObject event) throws InvalidEventException {
        if (event.key == null && definition.dedup().isByFields()) {
            return FieldsKey.of(definition.dedup(), event.values);
        }
        Field field = definition.key();
        Object own = event.key != null || field == null ? null : event.values[field.index()];
        if (field == null || own == null) {
            return event.key;
        }
        // put there by hand: the door writes a key beside the field that it comes from
        String key = ValueText.of(field.type(), own);
        String problem = EventKeys.lengthProblem(key);
        if (problem != null) {
            throw new InvalidEventException(field.name(), problem);
        }
        return key;
    }

    private void checkEntity(ParsedObject event) throws InvalidEventException {
        Field entity = definition.entity();
        if (entity != null && event.values[entity.index()] instanceof String text) {
            String problem = EventKeys.lengthProblem(text);
            if (problem != null) {
                throw new InvalidEventException(entity.name(), problem);
            }
        }
    }

    /**
     * The entity that a segment of a URL's path names, in the type of the stream's entity.
     *
     * @param pathSegment decoded
     * @throws InvalidEventException when it can't name one
     */
    public Object parseEntity(String pathSegment) throws InvalidEventException {
        Field entity = definition.entity();
        if (entity == null) {
            throw new InvalidEventException(null, "the stream " + definition.name() + " counts nothing");
        }
        Object value = FieldValues.parse(entity.type(), pathSegment);
        if (value == null) {
            throw new InvalidEventException(
                    entity.name(),
                    "must be " + FieldValues.expected(entity.type()) + ", got " + Got.quoted(pathSegment));
        }
        return value;
    }
}
