package io.weir.settings;

import com.typesafe.config.Config;
import java.time.Duration;

/**
 * Enrichment. Keys and defaults are under {@code weir.enrich}.
 *
 * @param userAgentCacheEntries user agents that are remembered
 * @param maxUserAgentLength characters of a user agent that are read
 * @param countryDatabase a file; empty for none
 * @param countryCheckInterval how often it is looked whether the file is another
 */
public record EnrichSettings(
        int userAgentCacheEntries, int maxUserAgentLength, String countryDatabase, Duration countryCheckInterval) {
    public EnrichSettings {
        Checks.atLeast("enrich.user-agent-cache-entries", userAgentCacheEntries, 1);
        Checks.atLeast("enrich.max-user-agent-length", maxUserAgentLength, 1);
        Checks.positive("enrich.country-check-interval", countryCheckInterval);
    }

    public static EnrichSettings from(Config weir) {
        Config enrich = weir.getConfig("enrich");
        return new EnrichSettings(
                enrich.getInt("user-agent-cache-entries"),
                enrich.getInt("max-user-agent-length"),
                enrich.getString("country-database"),
                enrich.getDuration("country-check-interval"));
    }
}
