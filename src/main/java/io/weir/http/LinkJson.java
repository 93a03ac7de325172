package io.weir.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.weir.link.Link;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Renders links as JSON. */
final class LinkJson {
    private LinkJson() {}

    static String link(Link link, String shortUrl) {
        return JsonText.object(json -> members(json, link, shortUrl));
    }

    /** {@code {"links":[…],"next":…}}; next is what {@code after} has to be for the next page, null at the end. */
    static String page(List<Link> links, boolean isLast, UnaryOperator<String> shortUrls) {
        return JsonText.object(json -> {
            json.writeArrayFieldStart("links");
            for (Link link : links) {
                json.writeStartObject();
                members(json, link, shortUrls.apply(link.code()));
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeStringField("next", isLast ? null : links.getLast().code());
        });
    }

    private static void members(JsonGenerator json, Link link, String shortUrl) throws IOException {
        json.writeStringField("code", link.code());
        json.writeStringField("shortUrl", shortUrl);
        json.writeStringField("url", link.url());
        json.writeStringField("project", link.project());
        json.writeStringField("createdAt", link.createdAt().toString());
        json.writeStringField("updatedAt", link.updatedAt().toString());
        json.writeStringField("expiresAt", text(link.expiresAt()));
        json.writeNumberField("clicks", link.clicks());
        json.writeStringField("lastClicked", text(link.lastClicked()));
    }

    private static @Nullable String text(@Nullable Instant time) {
        return time == null ? null : time.toString();
    }
}
