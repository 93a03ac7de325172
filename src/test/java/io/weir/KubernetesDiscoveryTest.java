package io.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.embedded.FreePort;
import io.weir.testkit.KubernetesApiForTests;
import io.weir.testkit.KubernetesApiForTests.Pod;
import io.weir.testkit.Patience;
import io.weir.testkit.PostgresForTests;
import io.weir.testkit.RedisForTests;
import io.weir.testkit.TestAuthority;
import io.weir.testkit.WeirProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three processes that ask the API of a Kubernetes who else there is, as pods do. */
class KubernetesDiscoveryTest {
    private static final Duration SOON = Patience.LONG;
    private static final List<String> HOSTS = List.of("127.0.0.2", "127.0.0.3", "127.0.0.4");
    private static final String TOKEN = "the-token-of-the-service-account";

    @TempDir
    private Path directory;

    private final List<WeirProcess> nodes = new ArrayList<>();
    private final HttpClient client = HttpClient.newHttpClient();

    @AfterEach
    void stop() {
        nodes.forEach(WeirProcess::close);
        client.close();
    }

    @Test
    void podsFindEachOtherByTheApi() throws Exception {
        TestAuthority authority = TestAuthority.create(directory, "kubernetes");
        Path authorityFile = authority.issue("api", "ip:127.0.0.1").authority();
        Path token = Files.writeString(directory.resolve("token"), TOKEN);
        Path namespace = Files.writeString(directory.resolve("namespace"), "weir-test");
        List<Pod> pods = new ArrayList<>();
        for (String host : HOSTS) {
            pods.add(new Pod("weir-" + pods.size(), "Running", host, FreePort.on(host), false));
        }
        // neither answers: one has no address yet, and the other one's is nobody's any more
        pods.add(new Pod("weir-3", "Pending", "", 1, false));
        pods.add(new Pod("weir-4", "Running", "127.0.0.5", 1, true));
        try (KubernetesApiForTests api = KubernetesApiForTests.start(authority.context("api"), TOKEN, pods)) {
            String properties = "-Dpekko.discovery.kubernetes-api.api-ca-path=" + authorityFile
                    + " -Dpekko.discovery.kubernetes-api.api-token-path=" + token
                    + " -Dpekko.discovery.kubernetes-api.pod-namespace-path=" + namespace;
            String database = PostgresForTests.freshDatabase().url();
            for (Pod pod : pods.subList(0, HOSTS.size())) {
                nodes.add(WeirProcess.serve(
                        RedisForTests.url(),
                        database,
                        Map.of(
                                "WEIR_CLUSTER_HOST", pod.address(),
                                "WEIR_CLUSTER_DISCOVERY", "kubernetes-api",
                                "WEIR_CLUSTER_SERVICE_NAME", "weir",
                                "WEIR_CLUSTER_PORT_NAME", "management",
                                "WEIR_CLUSTER_MANAGEMENT_PORT", String.valueOf(pod.managementPort()),
                                "WEIR_CLUSTER_CONTACT_POINTS", "3",
                                "KUBERNETES_SERVICE_HOST", "127.0.0.1",
                                "KUBERNETES_SERVICE_PORT", String.valueOf(api.port()),
                                "JAVA_TOOL_OPTIONS", properties)));
            }
            List<String> addresses =
                    nodes.stream().map(node -> node.url("cluster")).toList();
            for (Pod pod : pods.subList(0, HOSTS.size())) {
                await().atMost(SOON)
                        .untilAsserted(() -> assertThat(get("http://" + pod.address() + ":" + pod.managementPort()
                                        + "/bootstrap/seed-nodes"))
                                .contains(addresses));
            }
            for (WeirProcess node : nodes) {
                await().atMost(SOON).until(() -> get(node.url() + "/ready").contains("\"ready\""));
            }
            assertThat(api.answered())
                    .contains("/api/v1/namespaces/weir-test/pods?labelSelector=app.kubernetes.io/name=weir");
            assertThat(api.refused()).isEmpty();
        }
    }

    private String get(String url) throws IOException, InterruptedException {
        return client.send(
                        HttpRequest.newBuilder(URI.create(url))
                                .timeout(Duration.ofSeconds(20))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
