package io.weir.http;

import io.weir.definition.Field;
import io.weir.definition.FieldValues;
import io.weir.definition.StreamDefinition;
import io.weir.event.JsonBytes;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.jspecify.annotations.Nullable;

/** Writes clicks as the body of a request with many of them, to be taken in as any other. For one thread at a time. */
final class ClickBatch {
    /** A redirect that was answered. */
    record Click(HttpRequest request, String code, String url, long atMillis) {}

    private static final String UNKNOWN_ADDRESS = "unknown";
    private static final byte[] TIMESTAMP = "{\"timestamp\":".getBytes(StandardCharsets.US_ASCII);

    private final Map<String, Integer> longest = new HashMap<>();
    private final ClientAddress addresses;
    private final JsonBytes json = new JsonBytes();

    ClickBatch(StreamDefinition definition, ClientAddress addresses) {
        for (Field field : definition.fields()) {
            longest.put(field.name(), field.maxLength());
        }
        this.addresses = addresses;
    }

    /** A JSON array of the clicks; each with the fields that the stream declares. */
    byte[] write(List<Click> clicks) {
        json.reset();
        char separator = '[';
        for (Click click : clicks) {
            json.raw(separator);
            separator = ',';
            json.raw(TIMESTAMP);
            json.number(click.atMillis());
            text("short_code", click.code());
            String address = addresses.of(click.request());
            text("address", address.equals(UNKNOWN_ADDRESS) ? null : address);
            text("user_agent", RequestHeaders.first(click.request(), "User-Agent"));
            text("referrer", RequestHeaders.first(click.request(), "Referer"));
            text("original_url", click.url());
            json.raw('}');
        }
        json.raw(']');
        return json.toByteArray();
    }

    private void text(String name, @Nullable String value) {
        Integer maximum = longest.get(name);
        if (value == null || value.isEmpty() || maximum == null || FieldValues.textProblem(value) != null) {
            return;
        }
        int end = Math.min(value.length(), maximum);
        if (end < value.length() && Character.isHighSurrogate(value.charAt(end - 1))) {
            end--;
        }
        json.raw(',');
        json.string(name);
        json.raw(':');
        json.string(value.substring(0, end));
    }
}
