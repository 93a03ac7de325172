package io.weir.http;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A path with variables: <code>{name}</code> is one segment, <code>{name...}</code> at the end all that remains. */
final class PathTemplate {
    private final List<String> segments;
    private final boolean takesRemainder;

    PathTemplate(String template) {
        segments = List.of(template.split("/", -1));
        takesRemainder = template.endsWith("...}");
    }

    /** The variables' values, percent-decoded; null when the path does not match. No variable is ever empty. */
    @Nullable
    List<String> match(String path) {
        // most paths match none of the templates that are tried before theirs
        List<String> variables = List.of();
        int start = 0;
        int last = segments.size() - 1;
        for (int i = 0; i <= last; i++) {
            if (start > path.length()) {
                return null;
            }
            int slash = i == last && takesRemainder ? -1 : path.indexOf('/', start);
            int end = slash < 0 ? path.length() : slash;
            String expected = segments.get(i);
            if (expected.startsWith("{")) {
                if (end == start) {
                    return null;
                }
                if (variables.isEmpty()) {
                    variables = new ArrayList<>(2);
                }
                variables.add(percentDecode(path.substring(start, end)));
            } else if (end - start != expected.length() || !path.startsWith(expected, start)) {
                return null;
            }
            start = end + 1;
        }
        return start > path.length() ? variables : null;
    }

    /** As it was given. */
    @Override
    public String toString() {
        return String.join("/", segments);
    }

    /** Decodes %xx as UTF-8; unlike in a form, + is itself. What is not %xx stays as it is. */
    static String percentDecode(String text) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream decoded = new ByteArrayOutputStream(bytes.length);
        for (int i = 0; i < bytes.length; i++) {
            int high = bytes[i] == '%' && i + 2 < bytes.length ? Character.digit(bytes[i + 1], 16) : -1;
            int low = high < 0 ? -1 : Character.digit(bytes[i + 2], 16);
            if (low < 0) {
                decoded.write(bytes[i]);
            } else {
                decoded.write(high << 4 | low);
                i += 2;
            }
        }
        return decoded.toString(StandardCharsets.UTF_8);
    }
}
