package io.weir.http;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.weir.definition.Field;
import io.weir.definition.FieldValues;
import io.weir.definition.StreamDefinition;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.jspecify.annotations.Nullable;

/** Writes clicks as the body of a request with many of them, to be taken in as any other. */
final class ClickBatch {
    /** A redirect that was answered. */
    record Click(HttpRequest request, String code, String url, long atMillis) {}

    private static final String UNKNOWN_ADDRESS = "unknown";

    private final Map<String, Integer> longest = new HashMap<>();
    private final ClientAddress addresses;

    ClickBatch(StreamDefinition definition, ClientAddress addresses) {
        for (Field field : definition.fields()) {
            longest.put(field.name(), field.maxLength());
        }
        this.addresses = addresses;
    }

    /** A JSON array of the clicks; each with the fields that the stream declares. */
    byte[] write(List<Click> clicks) {
        StringBuilder json = new StringBuilder(512 * clicks.size());
        char separator = '[';
        for (Click click : clicks) {
            json.append(separator).append("{\"timestamp\":").append(click.atMillis());
            separator = ',';
            text(json, "short_code", click.code());
            String address = addresses.of(click.request());
            text(json, "address", address.equals(UNKNOWN_ADDRESS) ? null : address);
            text(json, "user_agent", RequestHeaders.first(click.request(), "User-Agent"));
            text(json, "referrer", RequestHeaders.first(click.request(), "Referer"));
            text(json, "original_url", click.url());
            json.append('}');
        }
        return json.append(']').toString().getBytes(StandardCharsets.UTF_8);
    }

    private void text(StringBuilder json, String name, @Nullable String value) {
        Integer maximum = longest.get(name);
        if (value == null || value.isEmpty() || maximum == null || FieldValues.textProblem(value) != null) {
            return;
        }
        int end = Math.min(value.length(), maximum);
        if (end < value.length() && Character.isHighSurrogate(value.charAt(end - 1))) {
            end--;
        }
        json.append(",\"").append(name).append("\":\"");
        JsonStringEncoder.getInstance().quoteAsString(value.substring(0, end), json);
        json.append('"');
    }
}
