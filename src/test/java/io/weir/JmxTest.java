package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.testkit.PostgresForTests;
import io.weir.testkit.PostgresTestDatabase;
import io.weir.testkit.RedisForTests;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import javax.management.MBeanOperationInfo;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Operating a partition by JMX; a window would wait for ten minutes. */
class JmxTest {
    private static final MBeanServer JMX = ManagementFactory.getPlatformMBeanServer();

    private final PostgresTestDatabase database = PostgresForTests.freshDatabase();

    @SuppressWarnings("NullAway.Init") // each test starts it
    private RunningWeir weir;

    @BeforeEach
    void start(@TempDir Path home) throws Exception {
        DefinitionHome.write(home, """
            weir.streams.jmx-clicks {
              redis-key = "%sclicks"
              window { max-delay = 10m }
              %s
            }
            """.formatted(RedisForTests.freshPrefix(), DefinitionHome.LINK_CLICKS));
        weir = RunningWeir.start(home, RedisForTests.url(), database.url(), Map.of());
        await().until(() -> !names("Partition").isEmpty());
        await().until(() -> get("Partition", "State").equals("RUNNING"));
    }

    @AfterEach
    void stop() {
        weir.close();
        assertThat(names("*")).isEmpty();
    }

    @Test
    void aPausedPartitionAcceptsAndDoesNotCommitAndCommitsAllOnceItReadsOn() throws Exception {
        call("Stream", "pause");
        assertThat(get("Partition", "State")).isEqualTo("PAUSED");
        send(50);
        // whatever read was under way
        call("Flusher", "flushNow");

        await().until(() -> get("Partition", "Depth").equals(50L));
        assertThat(committed()).isZero();
        assertThat(weir.get("/health").body()).contains("\"status\":\"healthy\"", "\"paused\":[\"jmx-clicks/0\"]");
        assertThat(weir.get("/metrics").body()).contains("weir_pipeline_paused{stream=\"jmx-clicks\"} 1.0");

        call("Partition", "resume");
        await().until(() -> get("Partition", "ReadEvents").equals(50L));
        call("Partition", "flushNow");
        assertThat(committed()).isEqualTo(50);
        // a report may be a quarter of a second old
        await().until(() -> !weir.get("/health").body().contains("paused"));
    }

    @Test
    void aFlushCommitsWhatWasReadBeforeItsWindowIsDue() throws Exception {
        send(3);
        await().until(() -> get("Partition", "ReadEvents").equals(3L));
        call("Flusher", "flushNow");

        assertThat(committed()).isEqualTo(3);
        assertThat(get("Flusher", "Events")).isEqualTo(3L);
        assertThat(get("Partition", "Depth")).isEqualTo(0L);
    }

    @Test
    void aRestartRaisesTheEpochEndsAPauseAndLosesNothing() throws Exception {
        long epoch = (long) get("Partition", "Epoch");
        send(5);
        await().until(() -> get("Partition", "ReadEvents").equals(5L));
        call("Partition", "pause");
        call("Partition", "restart");
        await().until(() -> get("Partition", "Epoch").equals(epoch + 1));
        await().until(() -> get("Partition", "ReadEvents").equals(5L));
        call("Partition", "flushNow");

        assertThat(committed()).isEqualTo(5);
        assertThat(get("Partition", "State")).isEqualTo("RUNNING");
        assertThat(get("Partition", "Crashes")).isEqualTo(0);
    }

    @Test
    void whatAValueDoesNotPromiseIsSaidInItsDescription() throws Exception {
        var info = JMX.getMBeanInfo(name("Partition"));
        assertThat(info.getDescription()).contains("the cursor's row in the database is the truth");
        assertThat(info.getAttributes())
                .allSatisfy(attribute -> assertThat(attribute.getDescription())
                        .as(attribute.getName())
                        .contains(" "));
        assertThat(info.getOperations())
                .extracting(MBeanOperationInfo::getName)
                .containsExactlyInAnyOrder("pause", "resume", "flushNow", "restart");
    }

    private long committed() throws Exception {
        return database.number("SELECT coalesce(sum(clicks), 0) FROM links");
    }

    private void send(int events) throws Exception {
        for (int event = 0; event < events; event++) {
            assertThat(weir.post("/api/v1/clicks", RunningWeir.JSON, "{\"linkId\":\"l" + event % 7 + "\"}")
                            .statusCode())
                    .isEqualTo(202);
        }
    }

    private static Set<ObjectName> names(String type) {
        try {
            return JMX.queryNames(new ObjectName("io.weir*:type=" + type + ",*"), null);
        } catch (javax.management.MalformedObjectNameException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static ObjectName name(String type) {
        return names(type).iterator().next();
    }

    private static Object get(String type, String attribute) throws Exception {
        return JMX.getAttribute(name(type), attribute);
    }

    private static void call(String type, String operation) throws Exception {
        JMX.invoke(name(type), operation, new Object[0], new String[0]);
    }
}
