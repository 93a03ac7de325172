package io.weir.event;

import io.weir.definition.BodyForm;
import io.weir.definition.Default;
import io.weir.definition.Field;
import io.weir.definition.StreamDefinition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The events of one request, completed and sorted into accepted and invalid ones. For one thread. */
final class Batch {
    private final StreamDefinition definition;
    private final Field[] fields;
    private final EventEncoder encoder;
    private final EventEnricher enricher;
    private final DecodeRequest request;
    private final DecodeLimits limits;
    private final List<AcceptedEvent> accepted;
    private final List<InvalidEvent> invalid = new ArrayList<>(0);
    private int next;

    Batch(
            StreamDefinition definition,
            Field[] fields,
            EventEncoder encoder,
            EventEnricher enricher,
            DecodeRequest request,
            DecodeLimits limits,
            int expectedEvents) {
        this.definition = definition;
        this.fields = fields;
        this.encoder = encoder;
        this.enricher = enricher;
        this.request = request;
        this.limits = limits;
        this.accepted = new ArrayList<>(expectedEvents);
    }

    DecodeRequest request() {
        return request;
    }

    DecodeLimits limits() {
        return limits;
    }

    /** The index of the event that comes next. */
    int next() {
        return next;
    }

    /** Whether an invalid event was found and none is to be kept. */
    boolean isStopped() {
        return !request.keepInvalid() && !invalid.isEmpty();
    }

    /** Forgets all events. */
    void restart() {
        accepted.clear();
        invalid.clear();
        next = 0;
    }

    /** To be asked before each event is read. */
    void requireRoom() throws RefusedException {
        if (next >= limits.maxEvents()) {
            throw new RefusedException(
                    DecodeResult.Reason.TOO_MANY_EVENTS, "holds more than " + limits.maxEvents() + " events", next);
        }
    }

    void requireSize(int bytes) throws RefusedException {
        if (bytes > limits.maxEventBytes()) {
            throw new RefusedException(DecodeResult.Reason.EVENT_TOO_LARGE, sizeProblem(bytes), next);
        }
    }

    String sizeProblem(int bytes) {
        return "is " + bytes + " bytes long, more than " + limits.maxEventBytes();
    }

    /** Takes the next event, whose bytes are at [from, to) of the body. */
    void add(ParsedObject event, int from, int to) {
        String key = null;
        try {
            key = key(event);
            if (event.fault != null) {
                throw event.fault;
            }
            if (!request.fixed().isEmpty()) {
                applyFixed(event.values);
            }
            complete(event.values);
            enricher.enrich(event.values);
            if (definition.dedup().isByFields()) {
                key = FieldsKey.of(definition.dedup(), event.values);
            }
            Object entity = definition.entity() == null ? null : entity(definition.entity(), event.values);
            int partition = Partitioner.partitionOf(definition, entity, key);
            accepted.add(new AcceptedEvent(partition, encoder.encode(event.values, key), key));
            next++;
        } catch (InvalidEventException problem) {
            addInvalid(problem.field(), problem.reason(), key, from, to);
        }
    }

    /** Takes the next event as one that can't be read at all. */
    void addUnreadable(String reason, int from, int to) {
        addInvalid(null, reason, requestKey(), from, to);
    }

    private void addInvalid(@Nullable String field, String reason, @Nullable String key, int from, int to) {
        invalid.add(new InvalidEvent(next, field, reason, Arrays.copyOfRange(request.body(), from, to), key));
        next++;
    }

    private void applyFixed(@Nullable Object[] values) throws InvalidEventException {
        for (FixedValue fixed : request.fixed()) {
            fixed.applyTo(values);
        }
    }

    private void complete(@Nullable Object[] values) throws InvalidEventException {
        // who brings a log is not who it tells of
        Sender sender = request.form() == BodyForm.ACCESS_LOG ? Sender.UNKNOWN : request.sender();
        for (int i = 0; i < fields.length; i++) {
            if (values[i] == null) {
                values[i] = missing(fields[i], request.nowMicros(), request.visitor(), sender);
            }
        }
    }

    /**
     * What stands for a value that is not there.
     *
     * @param visitor who sent it; null when nobody knows any more
     */
    static @Nullable Object missing(Field field, long nowMicros, @Nullable String visitor, Sender sender)
            throws InvalidEventException {
        if (field.required()) {
            throw new InvalidEventException(field.name(), "is required and missing");
        }
        return switch (field.defaultValue()) {
            case Default.None() -> null;
            case Default.Now() -> nowMicros;
            case Default.Visitor() -> {
                if (visitor == null) {
                    throw new InvalidEventException(field.name(), "is missing, and who sent the event is not known");
                }
                yield visitor;
            }
            case Default.OfRequest(Default.Part part) -> sender.value(part, field);
            case Default.Fixed(Object value) -> value;
        };
    }

    private static @Nullable Object entity(Field field, @Nullable Object[] values) throws InvalidEventException {
        Object entity = values[field.index()];
        String problem = entity instanceof String text ? EventKeys.lengthProblem(text) : null;
        if (problem != null) {
            throw new InvalidEventException(field.name(), problem);
        }
        return entity;
    }

    private @Nullable String key(ParsedObject event) throws InvalidEventException {
        Field field = definition.key();
        Object own = field == null ? null : event.values[field.index()];
        if (field == null || own == null) {
            return requestKey();
        }
        String key = ValueText.of(field.type(), own);
        String problem = EventKeys.lengthProblem(key);
        if (problem != null) {
            throw new InvalidEventException(field.name(), problem);
        }
        return key;
    }

    /** Null, too, in a stream where what its sender says of an event means nothing. */
    private @Nullable String requestKey() {
        return request.idempotencyKey() == null || definition.dedup().isByFields()
                ? null
                : request.idempotencyKey() + "/" + (request.firstIndex() + next);
    }

    DecodeResult result() {
        return next == 0
                ? new DecodeResult.Refused(DecodeResult.Reason.MALFORMED, "holds no event", -1)
                : new DecodeResult.Decoded(accepted, invalid);
    }
}
