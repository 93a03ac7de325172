package io.weir.event;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import io.weir.definition.FieldValues;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** JSON parsers, and what to do with values that no field takes. */
final class Json {
    /** PostgreSQL's numeric keeps 16,383 digits after the point; a number's own digits are at most 1,000. */
    private static final int MAX_EXPONENT = 10_000;

    private static final int LONGEST_PROBLEM = 400;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .recyclerPool(JsonRecyclerPools.threadLocalPool())
            // depth is counted here, where it has an index; a body's size bounds everything else
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .maxStringLength(Integer.MAX_VALUE)
                    .build())
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
            .build();

    private Json() {}

    /** A parser over bytes that are UTF-8. */
    static JsonParser parser(byte[] bytes, int from, int to) throws IOException {
        for (int i = from; i < Math.min(from + 4, to); i++) {
            if (bytes[i] == 0) {
                // two bytes a character, or four: the parser would guess that and go on
                throw new JsonParseException(null, "is not UTF-8");
            }
        }
        return FACTORY.createParser(bytes, from, to - from);
    }

    /** What a parser found wrong, in one line and without the excerpt of its source. */
    static String problem(IOException exception) {
        if (exception instanceof JsonProcessingException json) {
            String message = String.valueOf(json.getOriginalMessage());
            String line = message.indexOf('\n') < 0 ? message : message.substring(0, message.indexOf('\n'));
            // it quotes what it did not understand
            String shown = Got.printable(line, LONGEST_PROBLEM);
            return json.getLocation() == null
                    ? shown
                    : shown + " (at byte " + Math.max(0, json.getLocation().getByteOffset()) + ")";
        }
        return Got.printable(String.valueOf(exception.getMessage()), LONGEST_PROBLEM);
    }

    /** Reads over the value that the parser stands at, up to its last token. */
    static void skip(JsonParser parser, int depth, int maxDepth) throws IOException, TooDeepException {
        JsonToken token = parser.currentToken();
        if (token == null || !token.isStructStart()) {
            return;
        }
        int open = 0;
        while (true) {
            if (token == null) {
                throw new JsonParseException(parser, "ends within an object or array");
            }
            if (token.isStructStart()) {
                open++;
                if (depth + open > maxDepth) {
                    throw new TooDeepException(maxDepth);
                }
            } else if (token.isStructEnd() && --open == 0) {
                return;
            }
            token = parser.nextToken();
        }
    }

    /**
     * Copies the value that the parser stands at, compact. Reads over all of it, even where it finds a fault.
     *
     * @param maxLength UTF-8 bytes after which it needs to write no more
     * @return what is wrong with it, or null
     */
    static @Nullable String copy(JsonParser parser, JsonBytes target, int depth, int maxDepth, long maxLength)
            throws IOException, TooDeepException {
        String problem = null;
        int open = 0;
        JsonToken token = parser.currentToken();
        while (true) {
            if (token == null) {
                throw new JsonParseException(parser, "ends within an object or array");
            }
            boolean end = token.isStructEnd();
            if (token.isStructStart() && depth + ++open > maxDepth) {
                throw new TooDeepException(maxDepth);
            }
            boolean write = problem == null && target.length() <= maxLength;
            if (write) {
                if (!end && target.length() > 0 && "{[:".indexOf(target.last()) < 0) {
                    target.raw(',');
                }
                problem = copyToken(parser, token, target);
            }
            if (end) {
                open--;
            }
            if (open == 0) {
                return problem;
            }
            token = parser.nextToken();
        }
    }

    private static @Nullable String copyToken(JsonParser parser, JsonToken token, JsonBytes target) throws IOException {
        switch (token) {
            case START_OBJECT -> target.raw('{');
            case END_OBJECT -> target.raw('}');
            case START_ARRAY -> target.raw('[');
            case END_ARRAY -> target.raw(']');
            case VALUE_TRUE -> target.flag(true);
            case VALUE_FALSE -> target.flag(false);
            case VALUE_NULL -> target.nullValue();
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> {
                String number = parser.getText();
                if (exponentOf(number) > MAX_EXPONENT) {
                    return "holds the number " + Got.shortened(number) + ", which PostgreSQL can't keep";
                }
                target.raw(number);
            }
            case FIELD_NAME, VALUE_STRING -> {
                String text = token == JsonToken.FIELD_NAME ? parser.currentName() : parser.getText();
                String problem = FieldValues.textProblem(text);
                if (problem != null) {
                    return problem;
                }
                target.string(text);
                if (token == JsonToken.FIELD_NAME) {
                    target.raw(':');
                }
            }
            case VALUE_EMBEDDED_OBJECT, NOT_AVAILABLE -> throw new IllegalStateException("not of a text parser");
        }
        return null;
    }

    /** The size of a number's exponent, whatever its sign. */
    private static int exponentOf(String number) {
        int mark = Math.max(number.indexOf('e'), number.indexOf('E'));
        if (mark < 0) {
            return 0;
        }
        int size = 0;
        for (int i = mark + 1; i < number.length() && size <= MAX_EXPONENT; i++) {
            char c = number.charAt(i);
            if (c >= '0' && c <= '9') {
                size = size * 10 + (c - '0');
            }
        }
        return size;
    }
}
