package io.weir.http;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.jspecify.annotations.Nullable;

/**
 * What a request's query and headers ask for. An unknown parameter is refused and not ignored: a misspelt
 * {@code first-index} would make different events look like repetitions.
 *
 * @param waitForCommit whether to answer only when the events are in PostgreSQL
 * @param keepInvalid whether invalid events become dead letters
 * @param gzip whether the body is packed
 */
record IngestOptions(
        boolean waitForCommit,
        boolean keepInvalid,
        long firstIndex,
        @Nullable String idempotencyKey,
        boolean gzip) {
    /** The header that says how a body is packed. */
    static final String ENCODING = "Content-Encoding";

    private static final Pattern FIRST_INDEX = Pattern.compile("[0-9]{1,18}");
    /** Of a request that asks for nothing. */
    static final IngestOptions NONE = new IngestOptions(false, false, 0, null, false);

    static IngestOptions of(HttpRequest request, int maxKeyLength) {
        String key = null;
        boolean gzip = false;
        for (HttpHeader header : request.getHeaders()) {
            switch (header.lowercaseName()) {
                case "idempotency-key" -> {
                    if (key != null) {
                        throw invalid("Idempotency-Key", "was sent more than once");
                    }
                    key = checkedKey(header.value(), maxKeyLength);
                }
                case "content-encoding" -> gzip = isGzip(header.value(), gzip);
                default -> {}
            }
        }
        String query = request.getUri().rawQueryString().orElse("");
        if (query.isEmpty()) {
            return key == null && !gzip ? NONE : new IngestOptions(false, false, 0, key, gzip);
        }
        return parse(query, key, gzip);
    }

    private static IngestOptions parse(String query, @Nullable String key, boolean gzip) {
        boolean waitForCommit = false;
        boolean keepInvalid = false;
        long firstIndex = 0;
        Set<String> seen = new HashSet<>();
        for (String parameter : query.split("&", -1)) {
            if (parameter.isEmpty()) {
                continue;
            }
            int equals = parameter.indexOf('=');
            String name = PathTemplate.percentDecode(equals < 0 ? parameter : parameter.substring(0, equals));
            String value = equals < 0 ? "" : PathTemplate.percentDecode(parameter.substring(equals + 1));
            if (!seen.add(name)) {
                throw invalid(name, "was sent more than once");
            }
            switch (name) {
                case "wait" -> {
                    only(name, "committed", value);
                    waitForCommit = true;
                }
                case "on-invalid" -> {
                    only(name, "dead-letter", value);
                    keepInvalid = true;
                }
                case "first-index" -> firstIndex = index(name, value);
                // a write key, which was looked at before
                case "key" -> {}
                default ->
                    throw invalid(
                            name, "is unknown; known are wait=committed, on-invalid=dead-letter, first-index=n, key");
            }
        }
        if (seen.contains("first-index") && key == null) {
            throw invalid("first-index", "counts within what an Idempotency-Key stands for, and there is none");
        }
        return new IngestOptions(waitForCommit, keepInvalid, firstIndex, key, gzip);
    }

    private static String checkedKey(String key, int maxLength) {
        if (key.isEmpty() || key.length() > maxLength) {
            throw invalid("Idempotency-Key", "has " + key.length() + " characters, must have from 1 to " + maxLength);
        }
        for (int i = 0; i < key.length(); i++) {
            if (key.charAt(i) < ' ' || key.charAt(i) > '~') {
                throw invalid("Idempotency-Key", "must be printable ASCII, and character " + i + " is not");
            }
        }
        return key;
    }

    /**
     * Whether a body of this encoding is to be unpacked.
     *
     * @param before whether an earlier header says so already
     */
    private static boolean isGzip(String encoding, boolean before) {
        String name = encoding.strip().toLowerCase(Locale.ROOT);
        boolean gzip = name.equals("gzip") || name.equals("x-gzip");
        if (before || !(gzip || name.equals("identity"))) {
            throw new Refusal(
                    RefusalReason.UNSUPPORTED_MEDIA_TYPE,
                    "Content-Encoding " + encoding + (before ? " on top of gzip" : "")
                            + " is not supported; send the body as gzip or as it is",
                    -1,
                    ENCODING);
        }
        return gzip;
    }

    private static long index(String name, String value) {
        // ASCII digits only, and so few that the request's own events can be added
        if (FIRST_INDEX.matcher(value).matches()) {
            return Long.parseLong(value);
        }
        throw invalid(name, "is \"" + value + "\", must be a whole number from 0, of at most 18 digits");
    }

    private static void only(String name, String known, String value) {
        if (!value.equals(known)) {
            throw invalid(name, "is \"" + value + "\", the only value is \"" + known + "\"");
        }
    }

    private static Refusal invalid(String name, String problem) {
        return new Refusal(RefusalReason.INVALID_PARAMETER, name + " " + problem, -1, name);
    }
}
