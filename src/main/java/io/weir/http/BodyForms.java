package io.weir.http;

import io.weir.definition.BodyForm;
import io.weir.definition.StreamDefinition;
import java.util.LinkedHashSet;
import java.util.Set;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.MediaType;
import org.jspecify.annotations.Nullable;

/** Tells in which of a stream's forms a body is, by its content type and, for JSON, by how it begins. */
final class BodyForms {
    private final String stream;
    private final Set<BodyForm> forms;
    private final @Nullable String items;
    private final String acceptedTypes;

    BodyForms(StreamDefinition definition) {
        stream = definition.name();
        forms = definition.ingest().forms();
        items = definition.ingest().items();
        Set<String> types = new LinkedHashSet<>();
        if (takesJson()) {
            types.add("application/json");
        }
        if (forms.contains(BodyForm.NDJSON)) {
            types.add("application/x-ndjson");
            types.add("application/jsonl");
        }
        types.add("text/plain");
        acceptedTypes = String.join(", ", types);
    }

    /** The content types that the stream takes, as a header lists them. */
    String acceptedTypes() {
        return acceptedTypes;
    }

    /** The form of a body; a refusal when the stream has no such form. */
    BodyForm of(ContentType contentType, byte[] body) {
        MediaType type = contentType.mediaType();
        String main = type.mainType();
        String sub = type.subType();
        // a body without Content-Type comes as octet-stream
        boolean untyped = main.equals("application") && sub.equals("octet-stream");
        if (untyped || (main.equals("application") && (sub.equals("json") || sub.endsWith("+json")))) {
            if (takesJson()) {
                return jsonForm(body);
            }
        } else if (main.equals("application") && (sub.equals("x-ndjson") || sub.equals("jsonl"))) {
            if (forms.contains(BodyForm.NDJSON)) {
                return BodyForm.NDJSON;
            }
        } else if (main.equals("text") && sub.equals("plain")) {
            return textForm(body);
        }
        String sent = untyped ? "a body without Content-Type" : main + "/" + sub;
        throw new Refusal(
                RefusalReason.UNSUPPORTED_MEDIA_TYPE,
                "stream " + stream + " does not take " + sent + "; it takes " + acceptedTypes,
                -1,
                "Content-Type");
    }

    /**
     * The form of a text. {@code navigator.sendBeacon} sends JSON so, since pages may send a text anywhere without asking; and
     * no line of a log is a JSON object.
     */
    private BodyForm textForm(byte[] body) {
        if (!takesLog()) {
            return takesJson() ? jsonForm(body) : BodyForm.NDJSON;
        }
        int start = firstByte(body);
        boolean json = start < body.length && (body[start] == '{' || body[start] == '[') && JsonShape.isOneValue(body);
        return json && takesJson() ? jsonForm(body) : BodyForm.ACCESS_LOG;
    }

    private boolean takesLog() {
        return forms.contains(BodyForm.ACCESS_LOG);
    }

    private boolean takesJson() {
        return forms.contains(BodyForm.OBJECT) || forms.contains(BodyForm.ARRAY) || forms.contains(BodyForm.ENVELOPE);
    }

    private BodyForm jsonForm(byte[] body) {
        int start = firstByte(body);
        if (start == body.length) {
            throw new Refusal(RefusalReason.MALFORMED, "the body is empty");
        }
        return switch (body[start]) {
            case '[' -> known(BodyForm.ARRAY, "an array");
            case '{' ->
                forms.contains(BodyForm.ENVELOPE)
                                && (!forms.contains(BodyForm.OBJECT)
                                        || JsonShape.hasMember(body, String.valueOf(items)))
                        ? BodyForm.ENVELOPE
                        : known(BodyForm.OBJECT, "an object");
            default -> throw new Refusal(RefusalReason.MALFORMED, "the body is neither a JSON object nor an array");
        };
    }

    private BodyForm known(BodyForm form, String name) {
        if (!forms.contains(form)) {
            throw new Refusal(
                    RefusalReason.MALFORMED, "the body is " + name + ", and stream " + stream + " takes " + forms);
        }
        return form;
    }

    private static int firstByte(byte[] body) {
        int start = 0;
        while (start < body.length && isBlank(body[start])) {
            start++;
        }
        return start;
    }

    private static boolean isBlank(byte character) {
        return character == ' ' || character == '\n' || character == '\r' || character == '\t';
    }
}
