package io.weir.http;

import io.weir.definition.IpAddresses;
import io.weir.definition.StreamDefinition;
import io.weir.event.Sender;
import io.weir.settings.HttpSettings;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.jspecify.annotations.Nullable;

/** What a stream's requests say of who sends them, where a field wants it. */
final class Senders {
    private final @Nullable ClientAddress addresses;

    Senders(StreamDefinition definition, HttpSettings settings) {
        this.addresses = definition.asksForSender() ? new ClientAddress(settings.trustedProxies()) : null;
    }

    Sender of(HttpRequest request) {
        if (addresses == null) {
            return Sender.UNKNOWN;
        }
        String userAgent = null;
        String referrer = null;
        for (HttpHeader header : request.getHeaders()) {
            switch (header.lowercaseName()) {
                case "user-agent" -> userAgent = header.value();
                case "referer" -> referrer = header.value();
                default -> {}
            }
        }
        return new Sender(IpAddresses.canonical(addresses.of(request)), userAgent, referrer);
    }
}
