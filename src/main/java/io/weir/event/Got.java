package io.weir.event;

import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;

/** Words for what a client sent, short and printable. */
final class Got {
    private static final int SHOWN = 40;

    private Got() {}

    /** The value that the parser stands at. */
    static String value(JsonParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case null -> "nothing";
            case START_OBJECT -> "an object";
            case START_ARRAY -> "an array";
            case VALUE_STRING -> "the string " + quoted(parser.getText());
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "the number " + shortened(parser.getText());
            case VALUE_TRUE -> "true";
            case VALUE_FALSE -> "false";
            case VALUE_NULL -> "null";
            case END_OBJECT, END_ARRAY, FIELD_NAME, VALUE_EMBEDDED_OBJECT, NOT_AVAILABLE -> "nothing";
        };
    }

    static String quoted(String text) {
        return "\"" + shortened(text) + "\"";
    }

    /** The beginning of a text, without anything that can't be printed. */
    static String shortened(String text) {
        return printable(text, SHOWN);
    }

    /** At most so many characters of a text, without anything that can't be printed. */
    static String printable(String text, int longest) {
        StringBuilder shown = new StringBuilder();
        for (int i = 0; i < text.length() && i < longest; i++) {
            char c = text.charAt(i);
            shown.append(Character.isISOControl(c) || Character.isSurrogate(c) ? '\ufffd' : c);
        }
        return text.length() > longest ? shown.append('…').toString() : shown.toString();
    }
}
