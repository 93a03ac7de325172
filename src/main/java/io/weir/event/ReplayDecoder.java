package io.weir.event;

import io.weir.definition.BodyForm;
import io.weir.definition.Field;
import io.weir.definition.StreamDefinition;
import org.jspecify.annotations.Nullable;

/**
 * Decodes dead letters for another attempt, by the rules of the door: what a definition refuses is not replayed.
 * Thread-safe.
 */
public final class ReplayDecoder {
    private final StreamDefinition definition;
    private final DecodeLimits limits;
    private final Field[] fields;
    private final FieldReader reader;
    private final AccessLogLine accessLog;
    private final EventEncoder encoder;
    private final EventEnricher enricher;

    public ReplayDecoder(StreamDefinition definition, DecodeLimits limits, EventEnricher enricher) {
        this.definition = definition;
        this.limits = limits;
        this.fields = definition.fields().toArray(new Field[0]);
        this.reader = new FieldReader(definition, true, true, limits.maxDepth());
        this.accessLog = new AccessLogLine(definition, reader);
        this.encoder = new EventEncoder(definition);
        this.enricher = enricher;
    }

    /**
     * The event as the log is to hold it.
     *
     * @param raw one JSON object, or a line of an access log where the stream takes these
     * @param key the letter's idempotency key; one that stands in the event wins
     * @param receivedMicros what the default {@code now} stands for: when the event first came
     * @param isAsSent whether the door refused it, so that nothing was computed of it yet; otherwise it was, and stays so
     * @param letter what the event replays
     * @throws InvalidEventException when it is no event of the stream
     */
    public AcceptedEvent decode(
            byte[] raw, @Nullable String key, long receivedMicros, boolean isAsSent, LetterReference letter)
            throws InvalidEventException {
        if (raw.length > limits.maxEventBytes()) {
            throw new InvalidEventException(
                    null, "is " + raw.length + " bytes long, more than " + limits.maxEventBytes());
        }
        ParsedObject event = new ParsedObject(fields.length);
        if (isLine(raw)) {
            accessLog.read(raw, 0, raw.length, event.values);
        } else {
            reader.readWhole(raw, event);
        }
        if (event.fault != null) {
            throw event.fault;
        }
        for (int i = 0; i < fields.length; i++) {
            if (event.values[i] == null) {
                event.values[i] = Batch.missing(fields[i], receivedMicros, null, Sender.UNKNOWN);
            }
        }
        if (isAsSent) {
            enricher.enrich(event.values);
        }
        String itsKey = key(event, key);
        Field entityField = definition.entity();
        Object entity = entityField == null ? null : event.values[entityField.index()];
        checkLength(entityField, entity instanceof String text ? text : null);
        return new AcceptedEvent(
                Partitioner.partitionOf(definition, entity, itsKey),
                encoder.encode(event.values, itsKey, letter),
                itsKey);
    }

    private boolean isLine(byte[] raw) {
        if (!definition.ingest().forms().contains(BodyForm.ACCESS_LOG)) {
            return false;
        }
        for (byte letter : raw) {
            if (letter > ' ') {
                return letter != '{';
            }
        }
        return false;
    }

    private @Nullable String key(ParsedObject event, @Nullable String letterKey) throws InvalidEventException {
        if (definition.dedup().isByFields()) {
            return FieldsKey.of(definition.dedup(), event.values);
        }
        Field field = definition.key();
        Object own = field == null ? null : event.values[field.index()];
        if (field == null || own == null) {
            return event.key == null ? letterKey : event.key;
        }
        String key = ValueText.of(field.type(), own);
        checkLength(field, key);
        return key;
    }

    private static void checkLength(@Nullable Field field, @Nullable String text) throws InvalidEventException {
        String problem = text == null ? null : EventKeys.lengthProblem(text);
        if (problem != null) {
            throw new InvalidEventException(field == null ? null : field.name(), problem);
        }
    }
}
