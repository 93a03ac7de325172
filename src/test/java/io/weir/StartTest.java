package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.testkit.PostgresForTests;
import io.weir.testkit.PostgresTestDatabase;
import io.weir.testkit.RedisForTests;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A start that can't work says everything that is wrong, and what to do. */
class StartTest {
    private final PostgresTestDatabase database = PostgresForTests.freshDatabase();

    @Test
    void definitionsThatDoNotFitTheDatabaseStopTheStartWithEveryFault(@TempDir Path home) throws Exception {
        DefinitionHome.write(home, """
            weir.streams.bad {
              fields { id = { type = text, required = true }, size = long }
              entity = id
              counters = [
                { table = no_such_table, key { id = id }, set { n = count } }
                { table = links, key { id = id }, set { no_such_column = "sum(size)" } }
              ]
            }
            """);
        assertThatThrownBy(() -> RunningWeir.start(home, RedisForTests.url(), database.url(), Map.of()))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("conf/streams/test.conf")
                .hasMessageContaining("no_such_table")
                .hasMessageContaining("no_such_column");
    }

    @Test
    void definitionsWithFaultsOfTheirOwnStopTheStart(@TempDir Path home) throws Exception {
        DefinitionHome.write(home, "weir.streams.bad { fields { id = txt }, entitty = id }");
        assertThatThrownBy(() -> RunningWeir.start(home, RedisForTests.url(), database.url(), Map.of()))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining("entitty")
                .hasMessageContaining("txt");
    }

    @Test
    void aPortForOtherNodesThatIsTakenIsNamedWithTheSettingThatChangesIt() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> RunningWeir.start(
                            Path.of("."),
                            RedisForTests.url(),
                            database.url(),
                            Map.of("weir.cluster.port", taken.getLocalPort())))
                    .isInstanceOf(StartFailure.class)
                    .hasMessageContaining("WEIR_CLUSTER_PORT");
        }
    }

    @Test
    void aPortThatIsTakenIsNamedWithTheSettingThatChangesIt() throws Exception {
        // the second one took the partitions of the first, which may not have them again when it is stopped
        Map<String, Object> soon = Map.of("weir.pipeline.drain-timeout", "2s");
        try (RunningWeir first = RunningWeir.start(Path.of("."), RedisForTests.url(), database.url(), soon)) {
            int taken = Integer.parseInt(first.url().substring(first.url().lastIndexOf(':') + 1));
            assertThatThrownBy(() -> RunningWeir.start(
                            Path.of("."),
                            RedisForTests.url(),
                            database.url(),
                            Map.of("weir.http.port", taken, "weir.pipeline.drain-timeout", "2s")))
                    .isInstanceOf(StartFailure.class)
                    .hasMessageContaining("WEIR_HTTP_PORT");
            assertThat(first.get("/health").statusCode()).isEqualTo(200);
        }
    }
}
