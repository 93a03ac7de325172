package io.weir.http;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.weir.settings.HttpSettings;
import java.time.Duration;
import java.util.Map;
import org.apache.pekko.http.javadsl.settings.ServerSettings;

/** Pekko HTTP's own settings: the one place where Weir departs from its defaults. */
final class ServerConfig {
    private static final Duration SHORTEST_IDLE_TIMEOUT = Duration.ofSeconds(60);

    private ServerConfig() {}

    /** How long a connection may go without a new request; longer than any request takes. */
    static Duration idleTimeout(HttpSettings settings) {
        Duration longest = settings.readTimeout().plus(settings.commitTimeout()).plus(settings.countTimeout());
        return longest.compareTo(SHORTEST_IDLE_TIMEOUT) > 0 ? longest : SHORTEST_IDLE_TIMEOUT;
    }

    static ServerSettings of(Config system, HttpSettings settings) {
        Map<String, Object> overrides = Map.ofEntries(
                Map.entry(
                        "pekko.http.server.idle-timeout", idleTimeout(settings).toMillis() + "ms"),
                // every handler has a timeout of its own; Pekko's would cost a timer per request
                Map.entry("pekko.http.server.request-timeout", "infinite"),
                Map.entry("pekko.http.server.pipelining-limit", settings.maxPipelinedRequests()),
                Map.entry("pekko.http.server.max-connections", settings.maxConnections()),
                Map.entry("pekko.http.server.backlog", 1024),
                // the administrative routes ask whether a request comes from this machine
                Map.entry("pekko.http.server.remote-address-attribute", "on"),
                // an empty name means no Server header
                Map.entry("pekko.http.server.server-header", ""),
                Map.entry("pekko.http.server.linger-timeout", "10s"),
                Map.entry("pekko.http.server.parsing.error-handler", ParsingErrors.class.getName()),
                Map.entry("pekko.http.server.parsing.max-content-length", settings.maxBodyBytes()),
                // an entity of a count query stands in the path
                Map.entry("pekko.http.server.parsing.max-uri-length", "8k"),
                // Weir reads the few headers it knows by name; parsing all the others would be for nothing
                Map.entry("pekko.http.server.parsing.modeled-header-parsing", "off"),
                Map.entry("pekko.http.server.parsing.illegal-header-warnings", "off"),
                Map.entry("pekko.http.server.parsing.error-logging-verbosity", "off"));
        return ServerSettings.create(ConfigFactory.parseMap(overrides).withFallback(system));
    }
}
