package io.weir.build;

import static io.weir.build.Yaml.at;
import static io.weir.build.Yaml.object;
import static io.weir.build.Yaml.objects;
import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.weir.testkit.KubernetesApiForTests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The variant of the manifests by which pods ask Kubernetes' API who else there is. */
class KubernetesApiTest {
    private static final Path BASE = Path.of("deploy/kubernetes");
    private static final Path DIRECTORY = Path.of("deploy/kubernetes-api");

    private final Map<String, Map<String, Object>> manifests = new TreeMap<>();
    private final Map<String, Object> statefulSet;

    KubernetesApiTest() throws IOException {
        try (Stream<Path> files = Files.list(DIRECTORY)) {
            for (Path file : files.toList()) {
                manifests.put(file.getFileName().toString(), Yaml.read(file));
            }
        }
        statefulSet = object(
                merge(Yaml.read(BASE.resolve("statefulset.yaml")), object(manifests.get("statefulset-patch.yaml"))));
    }

    @Test
    void eachIsAnObjectOfKubernetes() {
        assertThat(KubernetesModel.faults(statefulSet)).isEmpty();
        for (String file : List.of("role.yaml", "rolebinding.yaml")) {
            assertThat(KubernetesModel.faults(object(manifests.get(file))))
                    .as(file)
                    .isEmpty();
        }
        assertThat(at(manifests, "kustomization.yaml", "resources"))
                .isEqualTo(List.of("../kubernetes", "role.yaml", "rolebinding.yaml"));
        assertThat(at(manifests, "kustomization.yaml", "patches"))
                .isEqualTo(List.of(Map.of("path", "statefulset-patch.yaml")));
        assertThat(manifests).hasSize(4);
    }

    @Test
    void aMisspelledFieldIsFoundWhereverItIs() {
        List<String> missed = new ArrayList<>();
        manifests.forEach((file, manifest) -> {
            if (!file.equals("kustomization.yaml")) {
                Yaml.eachMisspelled(manifest, (place, changed) -> {
                    boolean free = place.startsWith(".metadata.labels.")
                            || place.equals(".apiVersion")
                            || place.equals(".kind");
                    Object whole = file.equals("statefulset-patch.yaml")
                            ? merge(read(BASE.resolve("statefulset.yaml")), object(changed))
                            : changed;
                    if (!free && KubernetesModel.faults(object(whole)).isEmpty()) {
                        missed.add(file + place);
                    }
                });
            }
        });
        assertThat(missed).isEmpty();
    }

    @Test
    void theAccountOfThePodsMayListPodsAndNothingElse() throws IOException {
        assertThat(at(manifests, "role.yaml", "rules"))
                .isEqualTo(List.of(
                        Map.of("apiGroups", List.of(""), "resources", List.of("pods"), "verbs", List.of("list"))));
        assertThat(at(manifests, "rolebinding.yaml", "roleRef", "name"))
                .isEqualTo(at(manifests, "role.yaml", "metadata", "name"));
        Object account = at(Yaml.read(BASE.resolve("serviceaccount.yaml")), "metadata", "name");
        assertThat(objects(at(manifests, "rolebinding.yaml", "subjects")).map(subject -> subject.get("name")))
                .containsExactly(account);
        Object pod = at(statefulSet, "spec", "template", "spec");
        assertThat(at(pod, "serviceAccountName")).isEqualTo(account);
        assertThat(at(pod, "automountServiceAccountToken")).isEqualTo(true);
    }

    @Test
    void podsAreFoundByTheirLabelAndTheNameOfTheirPort() {
        Object template = at(statefulSet, "spec", "template");
        Object container = at(template, "spec", "containers", 0);
        Map<Object, Object> environment = new TreeMap<>();
        objects(at(container, "env")).forEach(variable -> environment.put(variable.get("name"), variable.get("value")));
        assertThat(environment).containsEntry("WEIR_CLUSTER_DISCOVERY", "kubernetes-api");
        String selector = ConfigFactory.parseResources("defaults.conf")
                .getString("pekko.discovery.kubernetes-api.pod-label-selector");
        assertThat(selector.formatted(environment.get("WEIR_CLUSTER_SERVICE_NAME")))
                .isEqualTo("app.kubernetes.io/name=" + at(template, "metadata", "labels", "app.kubernetes.io/name"));
        assertThat(objects(at(container, "ports"))
                        .filter(port -> port.get("name").equals(environment.get("WEIR_CLUSTER_PORT_NAME")))
                        .map(port -> String.valueOf(port.get("containerPort"))))
                .containsExactly((String) environment.get("WEIR_CLUSTER_MANAGEMENT_PORT"));
    }

    @Test
    void whatTestsAnswerInTheApisPlaceIsAPodList() {
        String pods = KubernetesApiForTests.podList(List.of(
                new KubernetesApiForTests.Pod("weir-0", "Running", "10.0.0.1", 7626, false),
                new KubernetesApiForTests.Pod("weir-1", "Pending", "", 7626, true)));
        assertThat(KubernetesModel.faults(object(new org.yaml.snakeyaml.Yaml().load(pods))))
                .isEmpty();
    }

    private static Map<String, Object> read(Path file) {
        try {
            return Yaml.read(file);
        } catch (IOException problem) {
            throw new IllegalStateException(problem);
        }
    }

    /** As Kubernetes merges a patch: objects by their keys, lists of objects with names by these. */
    private static Object merge(Object base, Object patch) {
        if (base instanceof Map<?, ?> && patch instanceof Map<?, ?>) {
            Map<String, Object> merged = new LinkedHashMap<>(object(base));
            object(patch).forEach((key, value) -> merged.merge(key, value, (before, after) -> merge(before, after)));
            return merged;
        }
        if (base instanceof List<?> before && patch instanceof List<?> after) {
            Map<Object, Object> merged = new LinkedHashMap<>();
            before.forEach(element -> merged.put(object(element).get("name"), element));
            after.forEach(element -> merged.merge(
                    object(element).getOrDefault("name", element), element, (one, other) -> merge(one, other)));
            return new ArrayList<>(merged.values());
        }
        return patch;
    }
}
