package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.tools.attach.VirtualMachine;
import io.weir.embedded.EmbeddedRedisServer;
import io.weir.testkit.ListeningPorts;
import io.weir.testkit.PostgresForTests;
import io.weir.testkit.PostgresTestDatabase;
import io.weir.testkit.RedisForTests;
import io.weir.testkit.WeirProcess;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** JMX from outside: a process of its own, and the JDK's tools as an operator would use them. */
class JmxProcessTest {
    private static final Path DOCUMENTATION = Path.of("docs/jmx.md");

    private final PostgresTestDatabase database = PostgresForTests.freshDatabase();
    private EmbeddedRedisServer redis;
    private WeirProcess weir;

    @TempDir
    private Path directory;

    @BeforeEach
    void start() throws Exception {
        redis = RedisForTests.startPrivate(directory.resolve("redis"));
        weir = WeirProcess.serve(redis.url(), database.url());
    }

    @AfterEach
    void stop() {
        weir.close();
        redis.close();
    }

    @Test
    void theSessionOfTheDocumentationAnswersWhatItSays() throws Exception {
        List<String> blocks = Pattern.compile("(?ms)^```\\n(.*?)^```$")
                .matcher(Files.readString(DOCUMENTATION))
                .results()
                .map(block -> block.group(1))
                .toList();
        String session = blocks.get(0).replaceFirst("^\\$ jshell --execution local -\\n", "");
        assertThat(session).startsWith("import com.sun.tools.attach").contains("attach(\"12345\")");
        await().untilAsserted(() -> assertThat(jshell(session)).isEqualTo(blocks.get(1)));
    }

    @Test
    void itListensForRequestsAndOtherNodesAndForNothingElse() throws Exception {
        Set<Integer> expected = Set.of(
                URI.create(weir.url()).getPort(),
                URI.create("weir://" + weir.url("cluster").replaceFirst("^\\w+://", ""))
                        .getPort());
        assertThat(ListeningPorts.of(weir.pid())).isEqualTo(expected);

        VirtualMachine machine = VirtualMachine.attach(Long.toString(weir.pid()));
        try {
            assertThat(machine.getSystemProperties().stringPropertyNames())
                    .noneMatch(name -> name.startsWith("com.sun.management.jmxremote"));
            // a port that a person of this machine asks for, and that is told of
            Matcher port =
                    Pattern.compile("127\\.0\\.0\\.1:\\d+|rmi://.*").matcher(machine.startLocalManagementAgent());
            assertThat(port.find()).isTrue();
        } finally {
            machine.detach();
        }
        assertThat(ListeningPorts.of(weir.pid())).hasSizeGreaterThan(expected.size());
    }

    private String jshell(String session) throws Exception {
        Path input = Files.writeString(
                directory.resolve("session"), session.replace("attach(\"12345\")", "attach(\"" + weir.pid() + "\")"));
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jshell")
                                .toString(),
                        "--execution",
                        "local",
                        "-")
                .redirectInput(input.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        return said;
    }
}
