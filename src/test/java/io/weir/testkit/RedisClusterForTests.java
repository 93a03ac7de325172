package io.weir.testkit;

import io.lettuce.core.MigrateArgs;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.weir.embedded.FreePort;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;

/** A Redis Cluster of three masters without replicas. A node that is killed takes its slots with it, and no others. */
public final class RedisClusterForTests implements AutoCloseable {
    private static final int NODES = 3;
    private static final Duration TIMEOUT = Patience.LONG;
    private static final int MIGRATE_MILLIS = 5_000;

    private final List<RedisProcess> nodes = new ArrayList<>();

    private RedisClusterForTests() {}

    public static RedisClusterForTests start(Path directory) {
        RedisClusterForTests cluster = new RedisClusterForTests();
        List<Integer> busPorts = new ArrayList<>();
        for (int node = 0; node < NODES; node++) {
            int busPort = FreePort.on("127.0.0.1");
            busPorts.add(busPort);
            cluster.nodes.add(RedisProcess.start(
                    directory.resolve("node-" + node),
                    FreePort.on("127.0.0.1"),
                    "--cluster-enabled",
                    "yes",
                    "--cluster-port",
                    Integer.toString(busPort),
                    "--cluster-node-timeout",
                    "2000",
                    "--cluster-require-full-coverage",
                    "no",
                    "--appendonly",
                    "yes",
                    "--appendfsync",
                    "always",
                    "--save",
                    ""));
        }
        cluster.form(busPorts);
        return cluster;
    }

    private void form(List<Integer> busPorts) {
        for (int index = 0; index < NODES; index++) {
            int epoch = index + 1;
            int first = index * SlotHash.SLOT_COUNT / NODES;
            int end = (index + 1) * SlotHash.SLOT_COUNT / NODES;
            int[] slots = IntStream.range(first, end).toArray();
            nodes.get(index).ask(redis -> redis.clusterSetConfigEpoch(epoch));
            nodes.get(index).ask(redis -> redis.clusterAddSlots(slots));
        }
        for (int index = 1; index < NODES; index++) {
            int port = nodes.get(index).port();
            int busPort = busPorts.get(index);
            nodes.getFirst().ask(redis -> meet(redis, port, busPort));
        }
        for (RedisProcess node : nodes) {
            Awaitility.await()
                    .atMost(TIMEOUT)
                    .until(() -> node.ask(redis -> redis.clusterInfo()).contains("cluster_state:ok")
                            && node.ask(redis -> redis.clusterInfo())
                                    .contains("cluster_slots_ok:" + SlotHash.SLOT_COUNT));
        }
    }

    private static String meet(RedisCommands<String, String> redis, int port, int busPort) {
        return redis.dispatch(
                CommandType.CLUSTER,
                new StatusOutput<>(StringCodec.UTF8),
                new CommandArgs<>(StringCodec.UTF8)
                        .add("MEET")
                        .add("127.0.0.1")
                        .add(port)
                        .add(busPort));
    }

    /** Names all nodes. */
    public String url() {
        return nodes.stream().map(RedisProcess::hostAndPort).collect(Collectors.joining(",", "redis://", ""));
    }

    public List<RedisProcess> nodes() {
        return nodes;
    }

    /** The node that has a key's slot, as the first node that is there says. */
    public RedisProcess nodeOf(String key) {
        int slot = SlotHash.getSlot(key);
        for (RedisProcess node : nodes) {
            if (node.ask(redis -> redis.clusterNodes())
                    .lines()
                    .anyMatch(line -> isMyself(line) && hasSlot(line, slot))) {
                return node;
            }
        }
        throw new IllegalStateException("nobody has slot " + slot);
    }

    private static boolean isMyself(String line) {
        return line.split(" ", -1)[2].contains("myself");
    }

    private static boolean hasSlot(String line, int slot) {
        String[] words = line.split(" ", -1);
        for (int index = 8; index < words.length; index++) {
            String[] range = words[index].split("-", 2);
            if (!words[index].startsWith("[")
                    && slot >= Integer.parseInt(range[0])
                    && slot <= Integer.parseInt(range[range.length - 1])) {
                return true;
            }
        }
        return false;
    }

    /**
     * Moves a key's slot with all that is in it, as resharding does.
     *
     * @param beforeKeys run when the slot is about to move and all keys are where they were
     * @param afterKeys run when the keys have moved and the slot has not
     */
    public void moveSlot(String key, RedisProcess to, Runnable beforeKeys, Runnable afterKeys) {
        int slot = SlotHash.getSlot(key);
        RedisProcess from = nodeOf(key);
        String fromId = from.ask(redis -> redis.clusterMyId());
        String toId = to.ask(redis -> redis.clusterMyId());
        to.ask(redis -> redis.clusterSetSlotImporting(slot, fromId));
        from.ask(redis -> redis.clusterSetSlotMigrating(slot, toId));
        beforeKeys.run();
        AtomicInteger left = new AtomicInteger();
        do {
            from.ask(redis -> {
                List<String> keys = redis.clusterGetKeysInSlot(slot, 100);
                left.set(keys.size());
                return keys.isEmpty()
                        ? ""
                        : redis.migrate("127.0.0.1", to.port(), 0, MIGRATE_MILLIS, MigrateArgs.Builder.keys(keys));
            });
        } while (left.get() > 0);
        afterKeys.run();
        to.ask(redis -> redis.clusterSetSlotNode(slot, toId));
        for (RedisProcess node : nodes) {
            node.ask(redis -> redis.clusterSetSlotNode(slot, toId));
        }
    }

    @Override
    public void close() {
        nodes.forEach(RedisProcess::close);
    }
}
