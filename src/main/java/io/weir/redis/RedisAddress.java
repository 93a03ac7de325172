package io.weir.redis;

import io.lettuce.core.RedisURI;
import io.weir.settings.LogSettings;
import io.weir.settings.SettingsException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Where Redis is: one server, the master that sentinels name, or a cluster. */
public sealed interface RedisAddress {
    /** One server. */
    record Single(RedisURI server) implements RedisAddress {}

    /** The master that the sentinels name at this moment. */
    record Sentinel(String master, RedisURI lookup) implements RedisAddress {
        /** How to find the master. Each attempt begins with another sentinel, for one may be cut off and know an old one. */
        public RedisURI anyOrder() {
            List<RedisURI> sentinels = new ArrayList<>(lookup.getSentinels());
            Collections.shuffle(sentinels);
            RedisURI.Builder shuffled = RedisURI.builder(lookup).withSentinelMasterId(master);
            sentinels.forEach(shuffled::withSentinel);
            return shuffled.build();
        }
    }

    /** A cluster; its other nodes are learned from these. */
    record Cluster(List<RedisURI> seeds) implements RedisAddress {
        public Cluster {
            seeds = List.copyOf(seeds);
        }
    }

    /**
     * Reads what the settings say.
     *
     * @throws SettingsException when the URL has no known form; the message never holds the password
     */
    static RedisAddress of(LogSettings settings) {
        return RedisAddressParser.parse(settings.redisUrl(), settings.sentinelPassword(), settings.connectTimeout());
    }

    /** Reads the setting {@code weir.log.redis-url}, for sentinels that ask for no password. */
    static RedisAddress parse(String url, Duration timeout) {
        return RedisAddressParser.parse(url, "", timeout);
    }
}
