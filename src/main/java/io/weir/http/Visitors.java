package io.weir.http;

import io.weir.definition.Field;
import io.weir.definition.FieldValues;
import io.weir.definition.StreamDefinition;
import io.weir.event.VisitorHash;
import io.weir.settings.HttpSettings;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.jspecify.annotations.Nullable;

/**
 * Who sends a stream's requests, where an event does not say: the user that {@code X-User-Id} names, else whoever has this
 * address and user agent.
 */
final class Visitors {
    private static final String USER_ID = "X-User-Id";

    private final @Nullable Field field;
    private final ClientAddress addresses;

    Visitors(StreamDefinition definition, HttpSettings settings) {
        this.field = definition.visitor();
        this.addresses = new ClientAddress(settings.trustedProxies());
    }

    /** Null in a stream that does not ask. */
    @Nullable
    String of(HttpRequest request) {
        if (field == null) {
            return null;
        }
        String userAgent = null;
        for (HttpHeader header : request.getHeaders()) {
            String name = header.lowercaseName();
            if (name.equals("x-user-id") && !header.value().isEmpty()) {
                return checked(header.value(), field);
            }
            userAgent = name.equals("user-agent") ? header.value() : userAgent;
        }
        return VisitorHash.of(addresses.of(request), userAgent);
    }

    private static String checked(String user, Field field) {
        String problem = user.length() > field.maxLength()
                ? "is " + user.length() + " characters long, more than " + field.maxLength()
                : FieldValues.textProblem(user);
        if (problem != null) {
            throw new Refusal(RefusalReason.INVALID_PARAMETER, USER_ID + " " + problem, -1, USER_ID);
        }
        return user;
    }
}
