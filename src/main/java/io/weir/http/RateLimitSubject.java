package io.weir.http;

import io.weir.definition.IpNetwork;
import io.weir.settings.RateLimitKey;
import io.weir.settings.RateLimitSettings;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.jspecify.annotations.Nullable;

/** What a request is told apart by. Who does not say what is asked for is told apart by address. */
final class RateLimitSubject {
    private final ClientAddress addresses;
    private final int ipv6PrefixLength;
    private final String userHeader;
    private final List<String> apiKeyHeaders;

    RateLimitSubject(ClientAddress addresses, RateLimitSettings settings) {
        this.addresses = addresses;
        this.ipv6PrefixLength = settings.ipv6PrefixLength();
        this.userHeader = settings.userHeader();
        this.apiKeyHeaders = settings.apiKeyHeaders();
    }

    /**
     * The parts of a request's key, each after its kind, so that a user called 10.0.0.1 is not an address.
     *
     * @param path the route's path
     * @param variables what its variables stand for, decoded: the same thing written in another way is no other key
     */
    List<String> of(List<RateLimitKey> keys, HttpRequest request, String path, List<String> variables) {
        List<String> parts = new ArrayList<>(keys.size() * 2);
        for (RateLimitKey key : keys) {
            switch (key.part()) {
                case ADDRESS -> address(parts, request);
                case PATH -> {
                    parts.add("path");
                    parts.add(path);
                    parts.addAll(variables);
                }
                case USER -> named(parts, "user", request, List.of(userHeader));
                case API_KEY -> named(parts, "api-key", request, apiKeyHeaders);
                case HEADER -> named(parts, key.text(), request, List.of(key.header()));
            }
        }
        return parts;
    }

    private void named(List<String> parts, String kind, HttpRequest request, List<String> headers) {
        for (String header : headers) {
            @Nullable
            String value = request.getHeader(header).map(HttpHeader::value).orElse("");
            if (!value.isBlank()) {
                parts.add(kind);
                parts.add(value.strip());
                return;
            }
        }
        address(parts, request);
    }

    private void address(List<String> parts, HttpRequest request) {
        parts.add("address");
        parts.add(IpNetwork.firstBits(addresses.of(request), ipv6PrefixLength));
    }
}
