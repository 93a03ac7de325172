package io.weir.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisURI;
import io.weir.fuzz.FuzzTarget;
import io.weir.redis.RedisAddress;
import io.weir.settings.RedisUrl;
import io.weir.settings.SettingsException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The variables that say where Redis is: lines of {@code NAME=value}. */
public final class RedisUrlTarget implements FuzzTarget {
    private static final String SECRET = "s3cr3t";

    @Override
    public String name() {
        return "redis-url";
    }

    @Override
    public List<byte[]> seeds() {
        return List.of(
                "REDIS_URL=rediss://user:s3cr3t@redis.example.com:6379/3".getBytes(StandardCharsets.UTF_8),
                "REDIS_URL=redis://:s3cr3t@one:7000,[::2]:7001,three".getBytes(StandardCharsets.UTF_8),
                "REDIS_URL=redis-sentinel://:s3cr3t@one,two:26380/3#master".getBytes(StandardCharsets.UTF_8),
                "REDIS_HOST=::1\nREDIS_PORT=6379\nREDIS_PASSWORD=s3cr3t\nREDIS_TLS=true"
                        .getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public List<String> tokens() {
        return List.of(
                "REDIS_URL=",
                "REDIS_HOST=",
                "REDIS_PORT=",
                "REDIS_PASSWORD=",
                "REDIS_TLS=",
                "redis://",
                "rediss://",
                "redis-cluster://",
                "rediss-sentinel://",
                ",two:7001",
                "#master",
                "?sentinelMasterId=",
                "/15",
                "[::1]",
                ":6379",
                ":s3cr3t@",
                "\nREDIS_PORT=");
    }

    @Override
    public void check(byte[] input) {
        Map<String, String> environment = new HashMap<>();
        for (String line : new String(input, StandardCharsets.UTF_8).split("\n", -1)) {
            int equals = line.indexOf('=');
            if (equals > 0) {
                environment.put(line.substring(0, equals), line.substring(equals + 1));
            }
        }
        try {
            String url = RedisUrl.resolve(environment, "redis://localhost:6379");
            RedisAddress address = RedisAddress.parse(url, Duration.ofSeconds(2));
            List<RedisURI> hosts = switch (address) {
                case RedisAddress.Single single -> List.of(single.server());
                case RedisAddress.Cluster cluster -> cluster.seeds();
                case RedisAddress.Sentinel sentinel -> sentinel.anyOrder().getSentinels();
            };
            assertThat(hosts).isNotEmpty();
            for (RedisURI host : hosts) {
                assertThat(host.getHost()).isNotBlank();
                assertThat(host.getPort()).isBetween(1, 65_535);
                assertThat(host.getDatabase()).isNotNegative();
            }
            assertThat(address.toString()).doesNotContain(SECRET + "@");
        } catch (SettingsException documented) {
            assertThat(documented.getMessage()).contains("redis-url");
            if (!String.valueOf(documented.getMessage()).contains("REDIS_")) {
                // a variable of its own that holds something else is named with what it holds
                assertThat(documented.getMessage()).doesNotContain(SECRET + "@");
            }
        }
    }
}
