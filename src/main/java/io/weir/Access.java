package io.weir;

import com.typesafe.config.Config;
import io.weir.definition.StreamDefinition;
import io.weir.http.Routes;
import io.weir.http.StreamAccess;
import io.weir.settings.AccessSettings;
import io.weir.settings.HttpSettings;
import java.util.List;

/** Who may send events and read counts: keys, pages of other origins, and what browsers are told about every answer. */
final class Access {
    private Access() {}

    /**
     * Refuses a start with keys that fit no stream, and one by which everybody could send events without anybody having said so.
     *
     * @throws StartFailure when others reach the server and there is no key
     */
    static void check(Config weir, HttpSettings http, List<StreamDefinition> definitions) {
        AccessSettings settings = AccessSettings.from(weir);
        StreamAccess.check(settings, definitions);
        if (settings.keys().isEmpty() && !settings.open() && !http.isLoopback()) {
            throw new StartFailure(List.of(
                    "weir: weir.http.host (WEIR_HTTP_HOST) is " + http.host()
                            + ", where others reach this server, and no key is set that they would have to show.",
                    "Make one with ./weir keys create NAME, and put what it prints into conf/weir.conf; or, if whoever"
                            + " reaches it may send events,",
                    "set weir.access.open = true (WEIR_ACCESS_OPEN=true); or let it listen on 127.0.0.1."));
        }
    }

    static void addTo(Routes.Builder routes, ServerParts parts) {
        List<StreamDefinition> definitions = parts.definitions();
        new StreamAccess(AccessSettings.from(parts.weir()), definitions, parts.meters()).addTo(routes);
    }
}
