package io.weir.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.weir.embedded.FreePort;
import io.weir.settings.SettingsException;
import io.weir.testkit.DnsForTests;
import io.weir.testkit.DnsForTests.Service;
import io.weir.testkit.Patience;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.management.scaladsl.PekkoManagement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Nodes that are told a name, and a server that knows it. */
class ClusterDiscoveryTest {
    private static final Duration SOON = Patience.LONG;
    private static final String SERVICES = "_management._tcp.weir-nodes.svc.test";

    private final List<TestNode> nodes = new ArrayList<>();
    private final HttpClient client = HttpClient.newHttpClient();
    private DnsForTests dns;

    @BeforeEach
    void answer() throws Exception {
        dns = DnsForTests.start();
    }

    @AfterEach
    void stop() {
        nodes.forEach(TestNode::close);
        dns.close();
        client.close();
    }

    @Test
    void nodesFindEachOtherByServicesWhereverTheirPortsAre() throws Exception {
        Service first = service("127.0.0.2");
        Service second = service("127.0.0.3");
        dns.services(SERVICES, first, second);
        start(first, "port-name = management");
        start(second, "port-name = management");
        awaitTogether();
        assertThat(dns.asked()).contains("SRV " + SERVICES);

        // a cluster that there is takes one more
        Service third = service("127.0.0.4");
        dns.services(SERVICES, second, third);
        start(third, "port-name = management");
        awaitTogether();
    }

    @Test
    void aNodeThatFindsTooFewGoesOnLookingAndBeginsNoCluster() throws Exception {
        Service first = service("127.0.0.2");
        dns.services(SERVICES, first);
        TestNode alone = start(first, "port-name = management");
        // often enough to have begun one
        await().atMost(SOON).until(() -> dns.asked().size() > 10);
        assertThat(alone.up()).isEmpty();

        Service second = service("127.0.0.3");
        dns.services(SERVICES, first, second);
        start(second, "port-name = management");
        awaitTogether();
    }

    @Test
    void theManagementPortAnswersWhatNodesAskEachOtherAndNothingElse() throws Exception {
        Service own = service("127.0.0.2");
        dns.services(SERVICES, own);
        TestNode node = start(own, "port-name = management, required-contact-points = 1");
        awaitTogether();

        HttpResponse<String> answer = send(own, "GET", "/bootstrap/seed-nodes");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains(node.address(), "\"status\":\"Up\"");
        for (String path : List.of("/", "/ready", "/alive", "/startup", "/cluster/members", "/cluster/domain-events")) {
            assertThat(send(own, "GET", path).statusCode()).as(path).isEqualTo(404);
        }
        for (String method : List.of("PUT", "POST", "DELETE")) {
            assertThat(send(own, method, "/bootstrap/seed-nodes").statusCode())
                    .as(method)
                    .isEqualTo(405);
            assertThat(send(own, method, "/cluster/members/" + node.address()).statusCode())
                    .as(method)
                    .isEqualTo(404);
        }
    }

    @Test
    void aManagementPortThatIsTakenIsNamed() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, java.net.InetAddress.getByName("127.0.0.2"))) {
            Service own = new Service("127.0.0.2", taken.getLocalPort());
            assertThatThrownBy(() -> start(own, "port-name = management"))
                    .isInstanceOf(SettingsException.class)
                    .hasMessageContaining("weir.cluster.management.port")
                    .hasMessageContaining("127.0.0.2:" + taken.getLocalPort())
                    .hasMessageContaining("in use");
        }
    }

    @Test
    void aClusterOfOneHasNoneOfIt() {
        TestNode node = TestNode.start("", "");
        nodes.add(node);
        await().atMost(SOON).until(() -> node.up().size() == 1);
        assertThat(node.system().classicSystem().hasExtension(PekkoManagement.lookup()))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\'', textBlock = """
        method = dns, service-name = weir            | cluster.host = no-such-host.invalid | cluster.host             | has no address
        method = kubernetes-api, service-name = weir | cluster.host = 127.0.0.2            | cluster.discovery.method | /serviceaccount/ca.crt
        """)
    void whatIsNotThereIsNamed(String discovery, String host, String key, String problem) {
        assertThatThrownBy(() -> TestNode.start("discovery { " + discovery + " }, " + host.replace("cluster.", ""), ""))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining(key)
                .hasMessageContaining(problem);
    }

    private TestNode start(Service own, String discovery) {
        TestNode node = TestNode.start(
                "host = " + own.host() + ", management.port = " + own.port()
                        + ", discovery { method = dns, service-name = weir-nodes, " + discovery + " }",
                """
                io.dns.async-dns { nameservers = "%s", search-domains = svc.test, ndots = 5 }
                management.cluster.bootstrap {
                  contact-point-discovery { stable-margin = 100ms, interval = 100ms }
                  contact-point.probe-interval = 100ms
                }
                """.formatted(dns.address()));
        nodes.add(node);
        return node;
    }

    /** Waits until each node knows all of them as members. */
    private void awaitTogether() {
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(nodes)
                        .allSatisfy(node -> assertThat(node.up())
                                .containsExactlyInAnyOrderElementsOf(
                                        nodes.stream().map(TestNode::address).toList())));
    }

    private HttpResponse<String> send(Service service, String method, String path) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://" + service.host() + ":" + service.port() + path))
                        .timeout(Duration.ofSeconds(20))
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static Service service(String host) throws Exception {
        return new Service(host, FreePort.on(host));
    }
}
