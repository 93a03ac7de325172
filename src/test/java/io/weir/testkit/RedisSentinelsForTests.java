package io.weir.testkit;

import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.weir.embedded.FreePort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/** A master, a replica, and three sentinels that make the other one the master when the master is away for a second. */
public final class RedisSentinelsForTests implements AutoCloseable {
    private static final int SENTINELS = 3;
    private static final String MASTER = "weir";
    private static final Duration TIMEOUT = Patience.LONG;

    private final List<RedisProcess> servers = new ArrayList<>();
    private final List<RedisProcess> sentinels = new ArrayList<>();

    private RedisSentinelsForTests() {}

    public static RedisSentinelsForTests start(Path directory) {
        RedisSentinelsForTests all = new RedisSentinelsForTests();
        RedisProcess master = server(directory.resolve("one"));
        all.servers.add(master);
        all.servers.add(server(
                directory.resolve("two"),
                "--replicaof",
                "127.0.0.1 " + master.port(),
                "--repl-diskless-sync-delay",
                "0"));
        for (int index = 0; index < SENTINELS; index++) {
            all.sentinels.add(sentinel(directory.resolve("sentinel-" + index), master.port()));
        }
        for (RedisProcess sentinel : all.sentinels) {
            // they know each other and the replica: from now on they can elect
            Awaitility.await()
                    .atMost(TIMEOUT)
                    .until(() -> sentinel.ask(redis -> redis.info("sentinel"))
                            .contains(
                                    "status=ok,address=" + master.hostAndPort() + ",slaves=1,sentinels=" + SENTINELS));
        }
        all.awaitReplication();
        return all;
    }

    private static RedisProcess server(Path directory, String... more) {
        List<String> options = new ArrayList<>(List.of(
                "--appendonly", "yes", "--appendfsync", "everysec", "--save", "", "--repl-diskless-sync", "yes"));
        options.addAll(List.of(more));
        return RedisProcess.start(directory, FreePort.on("127.0.0.1"), options.toArray(String[]::new));
    }

    private static RedisProcess sentinel(Path directory, int master) {
        try {
            // a sentinel writes what it learns into its own file
            Files.createDirectories(directory);
            Files.writeString(directory.resolve("sentinel.conf"), """
                sentinel monitor %1$s 127.0.0.1 %2$d 2
                sentinel down-after-milliseconds %1$s 1000
                sentinel failover-timeout %1$s 5000
                """.formatted(MASTER, master));
        } catch (IOException problem) {
            throw new UncheckedIOException(problem);
        }
        RedisProcess sentinel = RedisProcess.start(directory, FreePort.on("127.0.0.1"), "sentinel.conf", "--sentinel");
        // it learns of the others, and tells them what it sees, as often as that
        sentinel.ask(redis -> redis.dispatch(
                CommandType.SENTINEL,
                new StatusOutput<>(StringCodec.UTF8),
                new CommandArgs<>(StringCodec.UTF8)
                        .add("DEBUG")
                        .add("INFO-PERIOD")
                        .add(500)
                        .add("PUBLISH-PERIOD")
                        .add(200)));
        return sentinel;
    }

    /** Names the sentinels. */
    public String url() {
        return sentinels.stream()
                .map(RedisProcess::hostAndPort)
                .collect(Collectors.joining(",", "redis-sentinel://", "#" + MASTER));
    }

    /** The server that the sentinels name. */
    public RedisProcess master() {
        String address = sentinels.getFirst().ask(redis -> redis.info("sentinel"));
        return servers.stream()
                .filter(server -> address.contains("address=" + server.hostAndPort() + ","))
                .findFirst()
                .orElseThrow();
    }

    public List<RedisProcess> servers() {
        return servers;
    }

    /** Waits until the replica has all that the master has; nothing must be written meanwhile. */
    public void awaitReplication() {
        RedisProcess master = master();
        RedisProcess replica =
                servers.stream().filter(server -> server != master).findFirst().orElseThrow();
        Awaitility.await()
                .atMost(TIMEOUT)
                .until(() -> replica.ask(redis -> redis.info("replication")).contains("master_link_status:up")
                        && offset(master).equals(offset(replica)));
    }

    private static String offset(RedisProcess server) {
        return server.ask(redis -> redis.info("replication"))
                .lines()
                .filter(line -> line.startsWith("master_repl_offset:"))
                .findFirst()
                .orElseThrow();
    }

    @Override
    public void close() {
        sentinels.forEach(RedisProcess::close);
        servers.forEach(RedisProcess::close);
    }
}
