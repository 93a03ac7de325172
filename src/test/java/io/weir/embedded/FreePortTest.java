package io.weir.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FreePortTest {
    private static final Path OUTGOING = Path.of("/proc/sys/net/ipv4/ip_local_port_range");

    @Test
    void noOutgoingConnectionIsGivenOneOfThem() throws IOException {
        assumeTrue(Files.exists(OUTGOING), "this system does not tell which ports outgoing connections are given");
        String range = Files.readAllLines(OUTGOING).getFirst();
        int first = Integer.parseInt(range.substring(0, range.indexOf('\t')));
        for (int i = 0; i < 1_000; i++) {
            assertThat(FreePort.on("127.0.0.1")).isLessThan(first).isGreaterThan(1_024);
        }
    }

    @Test
    void noneIsGivenTwiceAndNoneAtWhichSomebodyListens() throws IOException {
        Set<Integer> given = new HashSet<>();
        int next = FreePort.on("127.0.0.1") + 1;
        try (ServerSocket _ = new ServerSocket(next, 1, InetAddress.getLoopbackAddress())) {
            for (int i = 0; i < 100; i++) {
                assertThat(given.add(FreePort.on("127.0.0.1"))).isTrue();
            }
        }
        assertThat(given).doesNotContain(next);
    }
}
