package io.weir.event;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.weir.definition.Field;
import io.weir.definition.FieldValues;
import io.weir.definition.IpAddresses;
import io.weir.definition.StreamDefinition;
import io.weir.definition.Timestamps;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads JSON values as the fields of a stream. Thread-safe. */
final class FieldReader {
    /** The reserved name under which the log keeps an event's key. */
    static final String KEY = "$key";
    /** The reserved name under which the log keeps what an event replays. */
    static final String LETTER = "$letter";

    private static final ThreadLocal<JsonBytes> COPY = ThreadLocal.withInitial(JsonBytes::new);

    private final Map<String, Field> fields = new HashMap<>();
    private final boolean[] summed;
    private final boolean checkBounds;
    private final boolean readReserved;
    private final int maxDepth;

    /**
     * @param checkBounds whether min, max and max-length hold; not for what was accepted before, perhaps under others
     */
    FieldReader(StreamDefinition definition, boolean checkBounds, int maxDepth) {
        this(definition, checkBounds, !checkBounds, maxDepth);
    }

    /**
     * @param readReserved whether {@code $key} and {@code $letter} mean something: in the log, and nowhere outside of it
     */
    FieldReader(StreamDefinition definition, boolean checkBounds, boolean readReserved, int maxDepth) {
        this.summed = new boolean[definition.fields().size()];
        for (Field field : definition.fields()) {
            fields.put(field.name(), field);
            summed[field.index()] = definition.isSummed(field);
        }
        this.checkBounds = checkBounds;
        this.readReserved = readReserved;
        this.maxDepth = maxDepth;
    }

    /** For what clients send: what is computed they can't say. */
    static FieldReader atTheDoor(StreamDefinition definition, int maxDepth) {
        FieldReader reader = new FieldReader(definition, true, maxDepth);
        reader.fields.values().removeIf(definition::isComputed);
        return reader;
    }

    @Nullable
    Field field(String name) {
        return fields.get(name);
    }

    /** Reads bytes that are one JSON object and nothing else; what is wrong with its values is left in {@code target}. */
    void readWhole(byte[] json, ParsedObject target) throws InvalidEventException {
        if (!Utf8.isValid(json, 0, json.length)) {
            throw new InvalidEventException(null, "is not UTF-8");
        }
        try (JsonParser parser = Json.parser(json, 0, json.length)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new InvalidEventException(null, "must be an object, got " + Got.value(parser));
            }
            readObject(parser, 1, target);
            if (parser.nextToken() != null) {
                throw new InvalidEventException(null, "holds more than one object");
            }
        } catch (IOException problem) {
            throw new InvalidEventException(null, "is not JSON: " + Json.problem(problem));
        } catch (TooDeepException problem) {
            throw new InvalidEventException(null, String.valueOf(problem.getMessage()));
        }
    }

    /** Reads the object that the parser stands at the beginning of to its end, whatever is wrong with its values. */
    void readObject(JsonParser parser, int depth, ParsedObject target) throws IOException, TooDeepException {
        if (depth > maxDepth) {
            throw new TooDeepException(maxDepth);
        }
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            parser.nextToken();
            Field field = fields.get(name);
            if (field != null && target.fault == null) {
                readField(parser, field, depth, target);
            } else if (field == null && readReserved && name.equals(KEY)) {
                readKey(parser, depth, target);
            } else if (field == null && readReserved && name.equals(LETTER)) {
                readLetter(parser, depth, target);
            } else {
                Json.skip(parser, depth, maxDepth);
            }
        }
    }

    private void readField(JsonParser parser, Field field, int depth, ParsedObject target)
            throws IOException, TooDeepException {
        int index = field.index();
        try {
            if (target.seen[index]) {
                throw new InvalidEventException(field.name(), "is given twice");
            }
            target.seen[index] = true;
            target.values[index] = read(parser, field, depth);
        } catch (InvalidEventException problem) {
            target.fail(problem);
            Json.skip(parser, depth, maxDepth);
        }
    }

    private void readKey(JsonParser parser, int depth, ParsedObject target) throws IOException, TooDeepException {
        JsonToken token = parser.currentToken();
        if (token == JsonToken.VALUE_STRING) {
            target.key = parser.getText();
            String problem = EventKeys.problem(target.key);
            if (problem != null) {
                target.fail(new InvalidEventException(KEY, problem));
            }
        } else if (token != JsonToken.VALUE_NULL) {
            target.fail(new InvalidEventException(KEY, "must be a string, got " + Got.value(parser)));
            Json.skip(parser, depth, maxDepth);
        }
    }

    /** What is none of Weir's references was put there by hand and replays nothing. */
    private void readLetter(JsonParser parser, int depth, ParsedObject target) throws IOException, TooDeepException {
        if (parser.currentToken() == JsonToken.VALUE_STRING) {
            target.letter = LetterReference.parse(parser.getText());
        } else {
            Json.skip(parser, depth, maxDepth);
        }
    }

    /**
     * The value that the parser stands at, null for JSON's null. Where it throws {@link InvalidEventException}, the
     * parser still stands at the value, or at its last token.
     */
    @Nullable
    Object read(JsonParser parser, Field field, int depth) throws IOException, InvalidEventException, TooDeepException {
        JsonToken token = parser.currentToken();
        if (token == JsonToken.VALUE_NULL) {
            return null;
        }
        Object value = switch (field.type()) {
            case TEXT -> token == JsonToken.VALUE_STRING ? parser.getText() : null;
            case LONG -> token == JsonToken.VALUE_NUMBER_INT && isLong(parser) ? (Object) parser.getLongValue() : null;
            case DOUBLE -> token.isNumeric() ? finite(parser.getDoubleValue()) : null;
            case BOOLEAN ->
                token == JsonToken.VALUE_TRUE ? Boolean.TRUE : token == JsonToken.VALUE_FALSE ? Boolean.FALSE : null;
            case TIMESTAMP -> timestamp(parser, token);
            case UUID -> token == JsonToken.VALUE_STRING ? FieldValues.uuid(parser.getText()) : null;
            case URL ->
                token == JsonToken.VALUE_STRING && FieldValues.isHttpUrl(parser.getText()) ? parser.getText() : null;
            case IP -> token == JsonToken.VALUE_STRING ? IpAddresses.canonical(parser.getText()) : null;
            case JSON -> json(parser, field, depth);
        };
        if (value == null) {
            throw new InvalidEventException(
                    field.name(), "must be " + FieldValues.expected(field.type()) + ", got " + Got.value(parser));
        }
        check(field, value);
        return value;
    }

    private static boolean isLong(JsonParser parser) throws IOException {
        return switch (parser.getNumberType()) {
            case INT, LONG -> true;
            case BIG_INTEGER, FLOAT, DOUBLE, BIG_DECIMAL -> false;
        };
    }

    private static @Nullable Double finite(double value) {
        return Double.isFinite(value) ? value : null;
    }

    private static @Nullable Long timestamp(JsonParser parser, JsonToken token) throws IOException {
        long micros = token == JsonToken.VALUE_STRING
                ? Timestamps.parse(parser.getText())
                : token == JsonToken.VALUE_NUMBER_INT && isLong(parser)
                        ? Timestamps.ofEpochMillis(parser.getLongValue())
                        : Timestamps.INVALID;
        return micros == Timestamps.INVALID ? null : micros;
    }

    private String json(JsonParser parser, Field field, int depth)
            throws IOException, InvalidEventException, TooDeepException {
        JsonBytes target = COPY.get().reset();
        // a UTF-16 unit takes three bytes at most: what is longer than that is longer than allowed
        long enough = checkBounds ? 3L * field.maxLength() : Long.MAX_VALUE;
        String problem = Json.copy(parser, target, depth, maxDepth, enough);
        if (problem != null) {
            throw new InvalidEventException(field.name(), problem);
        }
        return target.toText();
    }

    /** Checks a value of the field's type against what the field and the database allow. */
    void check(Field field, Object value) throws InvalidEventException {
        switch (field.type()) {
            case TEXT, URL -> checkText(field, (String) value, true);
            // its strings were looked at when it was copied
            case JSON -> checkText(field, (String) value, false);
            case LONG, TIMESTAMP -> checkLong(field, (Long) value);
            case DOUBLE -> checkDouble(field, (Double) value);
            case BOOLEAN, UUID, IP -> {}
        }
    }

    private void checkText(Field field, String text, boolean checkCharacters) throws InvalidEventException {
        if (checkBounds && text.length() > field.maxLength()) {
            throw new InvalidEventException(
                    field.name(), "is " + text.length() + " characters long, more than " + field.maxLength());
        }
        String problem = checkCharacters ? FieldValues.textProblem(text) : null;
        if (problem != null) {
            throw new InvalidEventException(field.name(), problem);
        }
    }

    private void checkLong(Field field, long value) throws InvalidEventException {
        if (summed[field.index()]
                && (value > StreamDefinition.LARGEST_SUMMAND || value < -StreamDefinition.LARGEST_SUMMAND)) {
            throw notSummable(field, Long.toString(value), Long.toString(StreamDefinition.LARGEST_SUMMAND));
        }
        if (checkBounds && field.min() != null && value < (Long) field.min()) {
            throw outside(field, value, "less", field.min());
        }
        if (checkBounds && field.max() != null && value > (Long) field.max()) {
            throw outside(field, value, "greater", field.max());
        }
    }

    private void checkDouble(Field field, double value) throws InvalidEventException {
        if (summed[field.index()] && Math.abs(value) > StreamDefinition.LARGEST_DOUBLE_SUMMAND) {
            throw notSummable(field, Double.toString(value), Double.toString(StreamDefinition.LARGEST_DOUBLE_SUMMAND));
        }
        if (checkBounds && field.min() != null && value < (Double) field.min()) {
            throw outside(field, value, "less", field.min());
        }
        if (checkBounds && field.max() != null && value > (Double) field.max()) {
            throw outside(field, value, "greater", field.max());
        }
    }

    private static InvalidEventException outside(Field field, Object value, String how, Object bound) {
        return new InvalidEventException(
                field.name(),
                "is " + ValueText.of(field.type(), value) + ", " + how + " than " + ValueText.of(field.type(), bound));
    }

    private static InvalidEventException notSummable(Field field, String value, String largest) {
        return new InvalidEventException(
                field.name(), "is " + value + ", beyond ±" + largest + ", the most that one event may add to a sum");
    }
}
