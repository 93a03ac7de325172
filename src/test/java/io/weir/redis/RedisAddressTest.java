package io.weir.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.RedisCredentials;
import io.lettuce.core.RedisURI;
import io.weir.settings.LogSettings;
import io.weir.settings.SettingsException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedisAddressTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(1);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "redis://localhost                              | Single   | localhost:6379",
                "redis://localhost:7000/3                       | Single   | localhost:7000/3",
                "rediss://:p@[::1]:7000                         | Single   | tls ::1:7000",
                "redis://one:7000,two:7001,three                | Cluster  | one:7000 two:7001 three:6379",
                "redis://one:7000, two:7001/0                   | Cluster  | one:7000 two:7001",
                "rediss://:p@[::1]:7000,[::2]                   | Cluster  | tls ::1:7000 tls ::2:6379",
                "redis-cluster://one                            | Cluster  | one:6379",
                "rediss-cluster://u:p@one,two                   | Cluster  | tls one:6379 tls two:6379",
                "redis-sentinel://one,two:26380#weir            | Sentinel | weir/0 one:26379 two:26380",
                "redis-sentinel://:p@one,two/4#my.master_1-a      | Sentinel | my.master_1-a/4 one:26379 two:26379",
                "redis-sentinel://one/4?sentinelMasterId=weir   | Sentinel | weir/4 one:26379",
                "rediss-sentinel://u:p@one#weir                 | Sentinel | weir/0 tls one:26379",
            })
    void eachFormNamesItsHosts(String url, String form, String hosts) {
        RedisAddress address = RedisAddress.parse(url, TIMEOUT);
        assertThat(address.getClass())
                .satisfies(type -> assertThat(type.getSimpleName()).isEqualTo(form));
        assertThat(described(address)).isEqualTo(hosts);
    }

    private static String described(RedisAddress address) {
        return switch (address) {
            case RedisAddress.Single(RedisURI server) ->
                described(server) + (server.getDatabase() == 0 ? "" : "/" + server.getDatabase());
            case RedisAddress.Cluster(List<RedisURI> seeds) -> described(seeds);
            case RedisAddress.Sentinel(String master, RedisURI lookup) -> {
                assertThat(lookup.getSentinelMasterId()).isEqualTo(master);
                assertThat(lookup.isSsl())
                        .isEqualTo(lookup.getSentinels().getFirst().isSsl());
                yield master + "/" + lookup.getDatabase() + " " + described(lookup.getSentinels());
            }
        };
    }

    private static String described(List<RedisURI> hosts) {
        return String.join(" ", hosts.stream().map(RedisAddressTest::described).toList());
    }

    private static String described(RedisURI host) {
        return (host.isSsl() ? "tls " : "") + host.getHost() + ":" + host.getPort();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "redis://weir:p%40ss+w@cache.example",
                "redis://weir:p%40ss+w@one,two",
                "redis-cluster://weir:p%40ss+w@one",
                "redis-sentinel://weir:p%40ss+w@one,two#m"
            })
    void thePasswordIsThatOfTheServers(String url) {
        RedisURI server = switch (RedisAddress.parse(url, TIMEOUT)) {
            case RedisAddress.Single single -> single.server();
            case RedisAddress.Cluster cluster -> cluster.seeds().getLast();
            case RedisAddress.Sentinel sentinel -> sentinel.anyOrder();
        };
        assertThat(password(server)).isEqualTo("weir p@ss+w");
        for (RedisURI sentinel : server.getSentinels()) {
            assertThat(password(sentinel)).isEqualTo("null null");
        }
    }

    @Test
    void theSentinelsHaveAPasswordOfTheirOwn() {
        LogSettings settings = new LogSettings(
                "redis-sentinel://:servers@one,two#m", "theirs", TIMEOUT, TIMEOUT, 500, 1 << 20, 1_000, 1 << 20);
        if (!(RedisAddress.of(settings) instanceof RedisAddress.Sentinel sentinel)) {
            throw new AssertionError("names sentinels");
        }
        assertThat(password(sentinel.anyOrder())).isEqualTo("null servers");
        assertThat(sentinel.anyOrder().getSentinels())
                .hasSize(2)
                .allSatisfy(one -> assertThat(password(one)).isEqualTo("null theirs"));
        assertThat(settings.toString() + sentinel).doesNotContain("theirs");
    }

    private static String password(RedisURI server) {
        RedisCredentials credentials =
                server.getCredentialsProvider().resolveCredentials().block();
        if (credentials == null) {
            return "null null";
        }
        return credentials.getUsername()
                + " "
                + (credentials.hasPassword() ? new String(credentials.getPassword()) : "null");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://:hidden@localhost",
                "redis://:hidden@localhost/zero",
                "redis://:hidden@localhost?timeout=1s",
                "redis://:hidden{@localhost",
                "redis://:hidden{@one,two",
                "redis://:hidden@one,:hidden@two",
                "redis://:hidden@one,two/1",
                "redis://:hidden@one,,two",
                "redis://:hidden@one,two:0",
                "redis://:hidden@one,two:65536",
                "redis://:hidden@one,two#master",
                "redis-cluster://:hidden@one/2",
                "redis-sentinel://:hidden@localhost",
                "redis-sentinel://:hidden@one,two#",
                "redis-sentinel://:hidden@one,two?sentinelMasterId=a#b",
                "redis-sentinel://:hidden@one,two/zero#m",
                "localhost:6379",
                ",",
                "://,",
                ""
            })
    void anythingElseIsRefusedWithoutShowingThePassword(String url) {
        assertThatThrownBy(() -> RedisAddress.parse(url, TIMEOUT))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("weir.log.redis-url")
                .hasMessageContaining("redis://")
                .hasMessageNotContaining("hidden")
                .hasNoCause();
    }

    @Test
    void moreHostsThanAnybodyNamesAreRefused() {
        String hundred = "one,".repeat(99) + "one";
        assertThat(RedisAddress.parse("redis://" + hundred, TIMEOUT)).isInstanceOf(RedisAddress.Cluster.class);
        assertThatThrownBy(() -> RedisAddress.parse("redis://" + hundred + ",one", TIMEOUT))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("weir.log.redis-url")
                .hasMessageContaining("more than 100 hosts");
    }
}
