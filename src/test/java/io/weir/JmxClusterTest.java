package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.testkit.Patience;
import io.weir.testkit.PostgresForTests;
import io.weir.testkit.PostgresTestDatabase;
import io.weir.testkit.RedisForTests;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import javax.management.MBeanServer;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Partitions that are operated by JMX while events come without a pause, and that move from node to node. */
class JmxClusterTest {
    private static final MBeanServer JMX = ManagementFactory.getPlatformMBeanServer();
    private static final int PARTITIONS = 4;
    private static final Duration SOON = Patience.LONG;

    @TempDir
    private Path home;

    private final PostgresTestDatabase database = PostgresForTests.freshDatabase();

    @SuppressWarnings("NullAway.Init") // each test starts it
    private RunningWeir first;

    @BeforeEach
    void start() throws Exception {
        DefinitionHome.write(home, """
            weir.streams.moving {
              redis-key = "%smoving"
              partitions = %d
              window { max-delay = 50ms }
              %s
            }
            """.formatted(RedisForTests.freshPrefix(), PARTITIONS, DefinitionHome.LINK_CLICKS));
        first = node(Map.of());
        await().atMost(SOON).until(() -> beans("Partition").size() == PARTITIONS);
    }

    @AfterEach
    void stop() {
        first.close();
    }

    private RunningWeir node(Map<String, Object> settings) throws Exception {
        return RunningWeir.start(home, RedisForTests.url(), database.url(), settings);
    }

    @Test
    void whileAllIsPausedTheDepthGrowsAndThenItDrainsExactly() throws Exception {
        ObjectName stream = beans("Stream").iterator().next();
        AtomicLong accepted = new AtomicLong();
        AtomicBoolean sending = new AtomicBoolean(true);
        List<Thread> senders = List.of(sender(accepted, sending, 0), sender(accepted, sending, 1));
        await().atMost(SOON).until(() -> committed() > 200);

        invoke(stream, "pause");
        // what had been read by then
        invoke(stream, "flushNow");
        long before = committed();
        long depth = (long) JMX.getAttribute(stream, "Depth");
        await().atMost(SOON).until(() -> (long) JMX.getAttribute(stream, "Depth") > depth + 500);
        assertThat(committed()).isEqualTo(before);

        invoke(stream, "resume");
        await().atMost(SOON).until(() -> committed() > before + 500);
        sending.set(false);
        for (Thread sender : senders) {
            sender.join();
        }
        await().atMost(SOON)
                .untilAsserted(
                        () -> assertThat(JMX.getAttribute(stream, "Depth")).isEqualTo(0L));
        assertThat(committed()).isEqualTo(accepted.get());
        assertThat(first.get("/api/admin/ledger").body()).contains("\"balanced\":true");
    }

    @Test
    void beansMoveWithTheirPartitions() throws Exception {
        Map<String, Object> joining = new HashMap<>();
        joining.put("weir.cluster.seed-nodes", List.of(first.server().clusterAddress()));
        try (RunningWeir second = node(joining)) {
            // a partition on its way is nowhere for a moment
            await().atMost(SOON).untilAsserted(() -> {
                assertThat(partitions()).hasSize(2).containsValue(own(first)).containsValue(own(second));
                assertThat(beans("Partition")).hasSize(PARTITIONS);
                assertThat(beans("Flusher")).hasSize(PARTITIONS);
            });
            assertThat(own(second)).isNotEmpty();
            assertThat(beans("Stream")).hasSize(2);
        }
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(partitions()).hasSize(1).containsValue(Set.of("0", "1", "2", "3")));
        assertThat(beans("Stream")).hasSize(1);
    }

    /** The numbers of the partitions that a node runs. */
    private static Set<String> own(RunningWeir node) {
        Set<String> numbers = new TreeSet<>();
        node.server().runningPartitions().forEach(name -> numbers.add(name.substring(name.indexOf('/') + 1)));
        return numbers;
    }

    /** The numbers of the partitions that have beans, by their domains, of which each node has its own. */
    private static Map<String, Set<String>> partitions() throws MalformedObjectNameException {
        Map<String, Set<String>> byDomain = new TreeMap<>();
        for (ObjectName bean : beans("Partition")) {
            byDomain.computeIfAbsent(bean.getDomain(), domain -> new TreeSet<>())
                    .add(bean.getKeyProperty("partition"));
        }
        return byDomain;
    }

    private static Set<ObjectName> beans(String type) throws MalformedObjectNameException {
        return JMX.queryNames(new ObjectName("io.weir*:type=" + type + ",stream=moving,*"), null);
    }

    private static void invoke(ObjectName stream, String operation) throws Exception {
        String[] results = (String[]) JMX.invoke(stream, operation, new Object[0], new String[0]);
        assertThat(results).hasSize(PARTITIONS).noneMatch(result -> result.startsWith("FAILED"));
    }

    private Thread sender(AtomicLong accepted, AtomicBoolean sending, int number) {
        return Thread.ofVirtual().start(() -> {
            for (int event = number; sending.get(); event++) {
                try {
                    if (first.post("/api/v1/clicks", RunningWeir.JSON, "{\"linkId\":\"l" + event % 31 + "\"}")
                                    .statusCode()
                            == 202) {
                        accepted.incrementAndGet();
                    }
                } catch (Exception failure) {
                    throw new AssertionError(failure);
                }
            }
        });
    }

    private long committed() throws Exception {
        return database.number("SELECT coalesce(sum(clicks), 0) FROM links");
    }
}
