package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.weir.embedded.FreePort;
import io.weir.testkit.DnsForTests;
import io.weir.testkit.Patience;
import io.weir.testkit.PostgresForTests;
import io.weir.testkit.PostgresTestDatabase;
import io.weir.testkit.RedisForTests;
import io.weir.testkit.TestAuthority;
import io.weir.testkit.TestAuthority.Issued;
import io.weir.testkit.TlsClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three servers that know a name in DNS and have a certificate each, and nothing else of each other. */
class DiscoveryTest {
    private static final Duration SOON = Patience.LONG;
    private static final String NAME = "weir-nodes.svc.test";
    private static final List<String> HOSTS = List.of("127.0.0.2", "127.0.0.3", "127.0.0.4");

    @TempDir
    private Path home;

    private final PostgresTestDatabase database = PostgresForTests.freshDatabase();
    private final List<RunningWeir> nodes = new ArrayList<>();
    private TestAuthority authority;
    private DnsForTests dns;
    private int port;

    @BeforeEach
    void prepare() throws Exception {
        authority = TestAuthority.create(home, "ours");
        dns = DnsForTests.start();
        dns.addresses(NAME, HOSTS.toArray(String[]::new));
        port = FreePort.on(HOSTS.getFirst());
        DefinitionHome.write(home, """
            weir.streams.hits {
              redis-key = "%s"
              partitions = 6
              window { max-delay = 100ms }
              ingest { path = "/hits" }
              fields { linkId = { type = text, required = true } }
              entity = linkId
              counters = [{ table = links, key { id = linkId }, set { clicks = count } }]
            }
            """.formatted(RedisForTests.freshPrefix()));
    }

    @AfterEach
    void stop() {
        nodes.forEach(RunningWeir::close);
        dns.close();
    }

    @Test
    void serversThatKnowANameAreOneClusterWhereNobodyWithoutACertificateIsAnswered() throws Exception {
        for (String host : HOSTS) {
            start(host, authority.issue("node-" + host, "dns:weir"));
        }
        await().atMost(SOON).untilAsserted(() -> {
            assertThat(nodes.stream().flatMap(node -> node.server().runningPartitions().stream()))
                    .hasSize(6)
                    .doesNotHaveDuplicates();
            assertThat(nodes)
                    .allSatisfy(node ->
                            assertThat(node.server().runningPartitions()).isNotEmpty());
        });
        nodes.forEach(RunningWeir::awaitReady);
        assertThat(dns.asked()).contains("A " + NAME);
        // events and counts between nodes, over TLS
        for (int i = 0; i < 24; i++) {
            HttpResponse<String> answer =
                    nodes.get(i % 3).post("/hits?wait=committed", RunningWeir.JSON, "{\"linkId\":\"e" + i + "\"}");
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(nodes.get((i + 1) % 3).get("/api/v1/counters/hits/e" + i).body())
                    .contains("\"total\":1");
        }
        assertThat(database.number("SELECT sum(clicks) FROM links")).isEqualTo(24);

        String management = HOSTS.getFirst() + ":" + port;
        String path = "/bootstrap/seed-nodes";
        assertThat(TlsClient.get(management, path, authority.context("node-" + HOSTS.getFirst())))
                .startsWith("HTTP/1.1 200 ")
                .contains(nodes.stream()
                        .map(node -> node.server().clusterAddress())
                        .toList());
        assertThat(TlsClient.refusal(management, authority.credulous(null))).contains("certificate");
        TestAuthority strangers = TestAuthority.create(home, "theirs");
        strangers.issue("stranger", "dns:weir");
        assertThat(TlsClient.refusal(management, strangers.credulous("stranger")))
                .contains("certificate");
        try (HttpClient plain = HttpClient.newHttpClient()) {
            assertThatThrownBy(() -> plain.send(
                            HttpRequest.newBuilder(URI.create("http://" + management + path))
                                    .timeout(SOON)
                                    .build(),
                            HttpResponse.BodyHandlers.ofString()))
                    .isInstanceOf(IOException.class);
        }
    }

    private void start(String host, Issued issued) throws Exception {
        nodes.add(RunningWeir.startUnready(
                home,
                RedisForTests.url(),
                database.url(),
                Map.ofEntries(
                        Map.entry("weir.cluster.host", host),
                        Map.entry("weir.cluster.discovery.method", "dns"),
                        Map.entry("weir.cluster.discovery.service-name", "weir-nodes"),
                        Map.entry("weir.cluster.management.port", port),
                        Map.entry(
                                "weir.cluster.tls.certificate",
                                issued.certificate().toString()),
                        Map.entry(
                                "weir.cluster.tls.private-key",
                                issued.privateKey().toString()),
                        Map.entry(
                                "weir.cluster.tls.certificate-authority",
                                issued.authority().toString()),
                        Map.entry("pekko.io.dns.async-dns.nameservers", dns.address()),
                        Map.entry("pekko.io.dns.async-dns.search-domains", "svc.test"),
                        Map.entry("pekko.io.dns.async-dns.ndots", 5))));
    }
}
