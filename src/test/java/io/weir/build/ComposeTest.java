package io.weir.build;

import static io.weir.build.Yaml.at;
import static io.weir.build.Yaml.object;
import static org.assertj.core.api.Assertions.assertThat;

import io.openapiprocessor.jackson.JacksonConverter;
import io.openapiprocessor.jsonschema.reader.UriReader;
import io.openapiprocessor.jsonschema.schema.DocumentLoader;
import io.openapiprocessor.jsonschema.schema.JsonInstance;
import io.openapiprocessor.jsonschema.schema.SchemaStore;
import io.openapiprocessor.jsonschema.validator.Validator;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The files for Docker Compose are of its schema, and what they say of Weir is so. */
class ComposeTest {
    private static final String ONE = "docker-compose.yml";
    private static final String THREE = "deploy/compose/docker-compose.yml";
    private static final String BALANCER = "deploy/compose/haproxy.cfg";
    /** Objects whose keys are anybody's. */
    private static final Pattern FREE = Pattern.compile(
            "\\.(services|volumes|x-weir)|\\.services\\.[^.]*|\\.volumes\\.[^.]*|.*\\.(environment|depends_on)\\.[^.]*"
                    + "|\\.x-weir\\..*");

    private final SchemaStore schemas;
    private final URI schema = URI.create("https://weir.example/compose-spec.json");

    ComposeTest() throws Exception {
        DocumentLoader loader = new DocumentLoader(new UriReader(), new JacksonConverter());
        schemas = new SchemaStore(loader);
        schemas.registerDraft7();
        Map<String, Object> official = new LinkedHashMap<>(object(new JacksonConverter()
                .convert(Files.readString(Path.of("src/test/resources/schemas/compose-spec.json")))));
        // relative names, which the validator does not look up
        official.remove("$id");
        official.put("$schema", "http://json-schema.org/draft-07/schema#");
        schemas.register(schema, official);
    }

    private boolean isValid(Object compose) {
        return new Validator()
                .validate(schemas.getSchema(schema), new JsonInstance(compose))
                .isValid();
    }

    @ParameterizedTest
    @ValueSource(strings = {ONE, THREE})
    void eachIsOfTheSchema(String file) throws Exception {
        assertThat(isValid(Yaml.read(Path.of(file)))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {ONE, THREE})
    void aMisspelledFieldIsFoundWhereverItIs(String file) throws Exception {
        List<String> missed = new ArrayList<>();
        List<String> tried = new ArrayList<>();
        Yaml.eachMisspelled(Yaml.read(Path.of(file)), (place, changed) -> {
            if (!FREE.matcher(place).matches()) {
                tried.add(place);
                if (isValid(changed)) {
                    missed.add(place);
                }
            }
        });
        assertThat(missed).isEmpty();
        assertThat(tried).hasSizeGreaterThan(20);
    }

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
