package io.weir.build;

import static io.weir.build.Yaml.at;
import static io.weir.build.Yaml.object;
import static io.weir.build.Yaml.objects;
import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The manifests are Kubernetes', and what they say of Weir is so. */
class KubernetesTest {
    private static final Path DIRECTORY = Path.of("deploy/kubernetes");
    private static final String KUSTOMIZATION = "kustomization.yaml";
    /** Objects whose keys are anybody's. */
    private static final Pattern FREE = Pattern.compile(
            ".*\\.(labels|matchLabels|annotations|data|stringData|requests|limits)\\..*|.*\\.selector\\.app\\..*");

    private final Map<String, Map<String, Object>> manifests = new TreeMap<>();
    private final Map<String, Object> container;
    private final Map<String, Object> pod;
    private final Map<String, String> environment = new TreeMap<>();

    KubernetesTest() throws IOException {
        try (Stream<Path> files = Files.list(DIRECTORY)) {
            for (Path file : files.toList()) {
                manifests.put(file.getFileName().toString(), Yaml.read(file));
            }
        }
        pod = object(at(manifests, "statefulset.yaml", "spec", "template", "spec"));
        container = object(at(pod, "containers", 0));
        Map<String, Object> data = object(at(manifests, "configmap.yaml", "data"));
        objects(at(container, "env")).forEach(variable -> {
            Object value = variable.get("value");
            if (value == null && object(variable.get("valueFrom")).get("configMapKeyRef") != null) {
                value = at(data, at(variable, "valueFrom", "configMapKeyRef", "key"));
            }
            environment.put((String) variable.get("name"), String.valueOf(value));
        });
    }

    private Map<String, Object> manifest(String file) {
        return object(at(manifests, file));
    }

    private Map<String, Integer> ports() {
        return objects(at(container, "ports")).collect(Collectors.toMap(port -> (String) port.get("name"), port ->
                (Integer) at(port, "containerPort")));
    }

    @Test
    void eachIsAnObjectOfKubernetes() {
        assertThat(manifests).hasSizeGreaterThan(8);
        manifests.forEach((file, manifest) -> {
            if (!file.equals(KUSTOMIZATION)) {
                assertThat(KubernetesModel.faults(manifest)).as(file).isEmpty();
            }
        });
    }

    @Test
    void aMisspelledFieldIsFoundWhereverItIs() {
        List<String> missed = new ArrayList<>();
        Set<String> tried = new HashSet<>();
        manifests.forEach((file, manifest) -> {
            if (!file.equals(KUSTOMIZATION)) {
                Yaml.eachMisspelled(manifest, (place, changed) -> {
                    boolean known = place.equals(".apiVersion") || place.equals(".kind");
                    if (!known && !FREE.matcher(place).matches()) {
                        tried.add(file + place);
                        if (KubernetesModel.faults(object(changed)).isEmpty()) {
                            missed.add(file + place);
                        }
                    }
                });
            }
        });
        assertThat(missed).isEmpty();
        assertThat(tried)
                .hasSizeGreaterThan(150)
                .contains("statefulset.yaml.spec.template.spec.containers[0].ports[0].name");
    }

    @Test
    void aValueOfAnotherTypeIsFound() {
        assertThat(KubernetesModel.faults(Yaml.object(new org.yaml.snakeyaml.Yaml().load("""
            apiVersion: v1
            kind: Pod
            spec: { containers: [{ name: a, env: [{ name: PORT, value: 8085 }], ports: [{ containerPort: "1" }],
              resources: { limits: { memory: 1GB } }, readinessProbe: { httpGet: { path: / } } }] }
            """))))
                .map(fault -> fault.replaceAll(" .*", ""))
                .containsExactly(
                        ".spec.containers[0].env[0].value",
                        ".spec.containers[0].ports[0].containerPort",
                        ".spec.containers[0].resources.limits.memory",
                        ".spec.containers[0].readinessProbe.httpGet.port");
    }

    @Test
    void kustomizeTakesAllButTheExample() {
        assertThat(manifest(KUSTOMIZATION)).containsOnlyKeys("apiVersion", "kind", "resources", "images");
        Set<Object> taken = new TreeSet<>((List<?>) at(manifests, KUSTOMIZATION, "resources"));
        assertThat(taken)
                .containsExactlyInAnyOrderElementsOf(manifests.keySet().stream()
                        .filter(file -> !file.equals(KUSTOMIZATION) && !file.contains(".example."))
                        .toList());
    }

    @Test
    void theyShareNoNamespaceAndOneLabel() {
        manifests.forEach((file, manifest) -> {
            if (!file.equals(KUSTOMIZATION)) {
                assertThat(object(manifest.get("metadata"))).as(file).doesNotContainKey("namespace");
                assertThat(at(manifest, "metadata", "labels")).isEqualTo(Map.of("app.kubernetes.io/name", "weir"));
            }
        });
        Object label = at(manifests, "statefulset.yaml", "spec", "template", "metadata", "labels");
        assertThat(at(manifests, "statefulset.yaml", "spec", "selector", "matchLabels"))
                .isEqualTo(label);
        assertThat(at(manifests, "service.yaml", "spec", "selector")).isEqualTo(label);
        assertThat(at(manifests, "service-nodes.yaml", "spec", "selector")).isEqualTo(label);
        assertThat(at(manifests, "poddisruptionbudget.yaml", "spec", "selector", "matchLabels"))
                .isEqualTo(label);
        assertThat(at(manifests, "networkpolicy.yaml", "spec", "podSelector", "matchLabels"))
                .isEqualTo(label);
    }

    @Test
    void portsAreThoseOfWeirAndOnlyItsOwnPodsReachTheClusters() {
        Map<String, Integer> ports = ports();
        assertThat(environment)
                .containsEntry("WEIR_HTTP_PORT", String.valueOf(ports.get("http")))
                .containsEntry("WEIR_CLUSTER_PORT", String.valueOf(ports.get("remoting")))
                .containsEntry("WEIR_CLUSTER_MANAGEMENT_PORT", String.valueOf(ports.get("management")));
        objects(at(manifests, "service.yaml", "spec", "ports"))
                .forEach(port -> assertThat(ports).containsKey((String) port.get("targetPort")));
        objects(at(manifests, "service-nodes.yaml", "spec", "ports"))
                .forEach(port ->
                        assertThat(ports).containsEntry((String) port.get("targetPort"), (Integer) port.get("port")));
        Object annotations = at(manifests, "statefulset.yaml", "spec", "template", "metadata", "annotations");
        assertThat(at(annotations, "prometheus.io/port")).isEqualTo(String.valueOf(ports.get("http")));

        Object rules = at(manifests, "networkpolicy.yaml", "spec", "ingress");
        assertThat(at(rules, 0))
                .isEqualTo(Map.of("ports", List.of(Map.of("port", ports.get("http"), "protocol", "TCP"))));
        assertThat(at(rules, 1, "from"))
                .isEqualTo(List.of(Map.of("podSelector", at(manifests, "networkpolicy.yaml", "spec", "podSelector"))));
        assertThat(objects(at(rules, 1, "ports")).map(port -> port.get("port")))
                .containsExactly(ports.get("remoting"), ports.get("management"));
        assertThat((List<?>) rules).hasSize(2);
    }

    @Test
    void podsFindEachOtherByTheAddressesOfAService() {
        Map<String, Object> spec = object(at(manifests, "statefulset.yaml", "spec"));
        Object nodes = at(manifests, "service-nodes.yaml", "spec");
        assertThat(environment)
                .containsEntry("WEIR_CLUSTER_DISCOVERY", "dns")
                .containsEntry(
                        "WEIR_CLUSTER_SERVICE_NAME", (String) at(manifests, "service-nodes.yaml", "metadata", "name"))
                // addresses alone, with the port that all have
                .doesNotContainKeys("WEIR_CLUSTER_SEEDS", "WEIR_CLUSTER_PORT_NAME");
        assertThat(at(spec, "serviceName")).isEqualTo(environment.get("WEIR_CLUSTER_SERVICE_NAME"));
        assertThat(at(nodes, "clusterIP")).isEqualTo("None");
        assertThat(at(nodes, "publishNotReadyAddresses")).isEqualTo(true);
        assertThat(objects(at(container, "env"))
                        .filter(variable -> "WEIR_CLUSTER_HOST".equals(variable.get("name")))
                        .map(variable -> at(variable, "valueFrom", "fieldRef", "fieldPath")))
                .containsExactly("status.podIP");
        int replicas = (Integer) at(spec, "replicas");
        assertThat(Integer.parseInt(environment.get("WEIR_CLUSTER_CONTACT_POINTS")))
                .isGreaterThan(replicas / 2)
                .isLessThanOrEqualTo(replicas);
        assertThat(at(manifests, "horizontalpodautoscaler.yaml", "spec", "minReplicas"))
                .isEqualTo(replicas);
        assertThat(at(manifests, "horizontalpodautoscaler.yaml", "spec", "scaleTargetRef", "name"))
                .isEqualTo(at(manifests, "statefulset.yaml", "metadata", "name"));
    }

    @Test
    void probesAskWhatIsAnswered() throws Exception {
        for (String probe : List.of("startupProbe", "livenessProbe", "readinessProbe")) {
            assertThat(Deployed.answers((String) at(container, probe, "httpGet", "path")))
                    .as(probe)
                    .isTrue();
            assertThat(ports()).containsKey((String) at(container, probe, "httpGet", "port"));
        }
        assertThat(at(container, "readinessProbe", "httpGet", "path")).isEqualTo("/ready");
        assertThat(at(container, "livenessProbe", "httpGet", "path")).isEqualTo("/alive");
        assertThat(Deployed.answers("/reddy")).isFalse();
        assertThat(Deployed.answers((String) at(
                        manifests,
                        "statefulset.yaml",
                        "spec",
                        "template",
                        "metadata",
                        "annotations",
                        "prometheus.io/path")))
                .isTrue();
    }

    @Test
    void variablesAndSettingsAreOnesThatWeirHas() throws Exception {
        Set<String> named = new TreeSet<>(environment.keySet());
        named.addAll(object(at(manifests, "secret.example.yaml", "stringData")).keySet());
        named.addAll(object(at(manifests, "configmap.yaml", "data")).keySet());
        named.remove("weir.conf");
        assertThat(Deployed.variables()).containsAll(named).doesNotContain("WEIR_HTTP_PROT");
        assertThat(named).contains("REDIS_URL", "DATABASE_URL", "WEIR_DRAIN_DELAY", "WEIR_HEAP", "LOG_LEVEL");

        String settings = ((String) at(manifests, "configmap.yaml", "data", "weir.conf"))
                .replace("# ", "")
                .replaceAll("(?m)^\\s*(Weir does|\\./weir|what your).*$", "");
        Config defaults = ConfigFactory.parseResources("defaults.conf");
        Config given = ConfigFactory.parseString(settings);
        assertThat(given.getConfig("weir").root().keySet()).containsExactlyInAnyOrder("access", "http");
        for (String section : given.getConfig("weir").root().keySet()) {
            assertThat(defaults.getConfig("weir." + section).root().keySet())
                    .containsAll(given.getConfig("weir." + section).root().keySet());
        }
    }

    @Test
    void aStopHasTheTimeThatItTakes() {
        Duration stop = Duration.ofSeconds((Integer) at(container, "lifecycle", "preStop", "sleep", "seconds"))
                .plus(Deployed.duration(environment.get("WEIR_DRAIN_DELAY")))
                .plus(Deployed.duration(environment.get("QUEUE_SHUTDOWN_TIMEOUT")))
                // requests and clicks under way, and leaving the cluster
                .plusSeconds(30);
        assertThat(Duration.ofSeconds((Integer) at(pod, "terminationGracePeriodSeconds")))
                .isGreaterThan(stop);
        int noticed = (Integer) at(container, "readinessProbe", "periodSeconds")
                * (Integer) at(container, "readinessProbe", "failureThreshold");
        assertThat(Deployed.duration(environment.get("WEIR_DRAIN_DELAY"))).isGreaterThan(Duration.ofSeconds(noticed));
    }

    @Test
    void theContainerIsTheImages() throws Exception {
        String image = Files.readString(Path.of("Dockerfile"));
        assertThat(image).contains("--uid " + at(pod, "securityContext", "runAsUser") + " ", "WORKDIR /opt/weir\n");
        assertThat(at(container, "securityContext"))
                .isEqualTo(Map.of(
                        "allowPrivilegeEscalation", false,
                        "readOnlyRootFilesystem", true,
                        "capabilities", Map.of("drop", List.of("ALL"))));
        assertThat(at(pod, "securityContext", "runAsNonRoot")).isEqualTo(true);
        Set<Object> volumes =
                objects(at(pod, "volumes")).map(volume -> volume.get("name")).collect(Collectors.toSet());
        assertThat(objects(at(container, "volumeMounts")).map(mount -> mount.get("name")))
                .containsExactlyInAnyOrderElementsOf(volumes);
        assertThat(objects(at(container, "volumeMounts")).map(mount -> mount.get("mountPath")))
                .contains("/tmp", "/opt/weir/data", "/opt/weir/conf/weir.conf");
        assertThat(at(manifests, KUSTOMIZATION, "images", 0, "name")).isEqualTo(at(container, "image"));
    }

    @Test
    void theMetricIsOneThatWeirHas() throws IOException {
        String metric =
                (String) at(manifests, "horizontalpodautoscaler.yaml", "spec", "metrics", 0, "pods", "metric", "name");
        assertThat(Files.readString(Path.of("src/main/java/io/weir/log/StreamMeters.java")))
                .contains("Gauge.builder(\"" + metric.replace('_', '.') + "\"");
    }
}
