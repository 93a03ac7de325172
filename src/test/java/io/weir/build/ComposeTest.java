package io.weir.build;

import static io.weir.build.Yaml.at;
import static io.weir.build.Yaml.object;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the files for Docker Compose say of Weir is so. */
class ComposeTest {
    private static final String ONE = "docker-compose.yml";
    private static final String THREE = "deploy/compose/docker-compose.yml";
    private static final String BALANCER = "deploy/compose/haproxy.cfg";

    private static Map<String, Map<String, Object>> nodes(Map<String, Object> compose) {
        Map<String, Map<String, Object>> nodes = new TreeMap<>();
        object(compose.get("services")).forEach((name, service) -> {
            if ("weir".equals(object(service).get("image"))) {
                nodes.put(name, object(service));
            }
        });
        return nodes;
    }

    @ParameterizedTest
    @ValueSource(strings = {ONE, THREE})
    void variablesAreOnesThatWeirHasAndAStopHasTheTimeThatItTakes(String file) throws Exception {
        Map<String, Map<String, Object>> nodes = nodes(Yaml.read(Path.of(file)));
        assertThat(nodes).hasSize(file.equals(ONE) ? 1 : 3);
        for (Map<String, Object> node : nodes.values()) {
            Map<String, Object> environment = object(node.get("environment"));
            assertThat(Deployed.variables()).containsAll(environment.keySet());
            assertThat(Deployed.duration(at(node, "stop_grace_period")))
                    .isGreaterThan(Deployed.duration(at(environment, "QUEUE_SHUTDOWN_TIMEOUT"))
                            .plus(Deployed.duration(environment.getOrDefault("WEIR_DRAIN_DELAY", "0s")))
                            .plusSeconds(10));
        }
    }

    @Test
    void nodesKnowEachOther() throws Exception {
        Map<String, Map<String, Object>> nodes = nodes(Yaml.read(Path.of(THREE)));
        nodes.forEach((name, node) -> {
            Object environment = node.get("environment");
            Object port = at(Objects.requireNonNull(environment), "WEIR_CLUSTER_PORT");
            assertThat(at(environment, "WEIR_CLUSTER_HOST")).isEqualTo(name);
            assertThat(at(environment, "WEIR_CLUSTER_SEEDS"))
                    .isEqualTo(String.join(
                            ",",
                            nodes.keySet().stream()
                                    .map(seed -> seed + ":" + port)
                                    .toList()));
            assertThat(String.valueOf(node.get("healthcheck"))).contains("GET /ready ");
        });
    }

    @Test
    void theBalancerAsksEachNodeWhetherItIsReady() throws Exception {
        String balancer = Files.readString(Path.of(BALANCER));
        List<String> servers = Pattern.compile("(?m)^ *server (\\S+) (\\S+)$")
                .matcher(balancer)
                .results()
                .map(server -> server.group(1) + "=" + server.group(2))
                .toList();
        assertThat(servers)
                .containsExactlyElementsOf(nodes(Yaml.read(Path.of(THREE))).keySet().stream()
                        .map(name -> name + "=" + name + ":8085")
                        .toList());
        String asked = Pattern.compile("http-check send meth GET uri (\\S+)")
                .matcher(balancer)
                .results()
                .findFirst()
                .orElseThrow()
                .group(1);
        assertThat(Deployed.answers(asked)).isTrue();
        assertThat(asked).isEqualTo("/ready");
        assertThat(balancer).contains("bind :8085");
        assertThat(Files.readString(Path.of("Dockerfile"))).contains("WEIR_HTTP_PORT=8085");
        assertThat(at(Yaml.read(Path.of(THREE)), "services", "balancer", "volumes", 0))
                .asString()
                .startsWith("./haproxy.cfg:");
    }
}
