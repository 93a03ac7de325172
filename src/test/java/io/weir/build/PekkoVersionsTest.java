package io.weir.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URL;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.discovery.ServiceDiscovery;
import org.apache.pekko.management.cluster.bootstrap.ClusterBootstrap;
import org.apache.pekko.management.scaladsl.PekkoManagement;
import org.junit.jupiter.api.Test;

/**
 * Pekko refuses modules of several versions when it starts ({@code pekko.fail-mixed-versions}). That is off, for one
 * module's sake; here all modules are held to what they should be, and what was made for an older Pekko to finding all
 * that it calls.
 */
class PekkoVersionsTest {
    private static final String DISCOVERY = "pekko-discovery";

    @Test
    void allModulesButOneHaveOneVersion() throws IOException {
        Map<String, String> versions = versions();
        String pekko = version(versions, "pekko-actor");
        String http = version(versions, "pekko-http-core");
        String management = version(versions, "pekko-management");
        versions.forEach((module, version) -> {
            if (!module.equals(DISCOVERY)) {
                assertThat(version)
                        .as(module)
                        .isEqualTo(
                                isManagement(module)
                                        ? management
                                        : module.startsWith("pekko-http") || module.equals("pekko-parsing")
                                                ? http
                                                : pekko);
            }
        });
        assertThat(versions).hasSizeGreaterThan(20);
        assertThat(version(versions, DISCOVERY)).isNotEqualTo(pekko);
    }

    @Test
    void whatWasMadeForAnOlderPekkoFindsAllThatItCalls() throws Exception {
        List<Class<?>> inEachJar = List.of(
                ServiceDiscovery.class,
                PekkoManagement.class,
                ClusterBootstrap.class,
                Class.forName("org.apache.pekko.discovery.kubernetes.KubernetesApiServiceDiscovery"),
                Class.forName("org.apache.pekko.pki.kubernetes.PemManagersProvider"),
                Class.forName("org.apache.pekko.http.scaladsl.marshallers.sprayjson.SprayJsonSupport"));
        Set<String> called = new TreeSet<>();
        for (Class<?> inside : inEachJar) {
            called.addAll(Linkage.called(inside, "org/apache/pekko/"));
        }
        assertThat(called).hasSizeGreaterThan(500).anyMatch(member -> member.startsWith("org.apache.pekko.io.dns."));
        assertThat(called).allMatch(Linkage::isThere);
    }

    @Test
    void aMemberThatIsMissingIsFound() {
        assertThat(List.of(
                        "org.apache.pekko.util.Timeout#<init> (JLjava/util/concurrent/TimeUnit;)V",
                        "org.apache.pekko.util.Timeout#duration ()Lscala/concurrent/duration/FiniteDuration;",
                        "org.apache.pekko.util.Timeout#hashCode ()I"))
                .allMatch(Linkage::isThere);
        assertThat(List.of(
                        "org.apache.pekko.util.Timeout#<init> (Ljava/util/concurrent/TimeUnit;)V",
                        "org.apache.pekko.util.Timeout#durations ()Lscala/concurrent/duration/FiniteDuration;",
                        "org.apache.pekko.util.NoTimeout#duration ()Lscala/concurrent/duration/FiniteDuration;"))
                .noneMatch(Linkage::isThere);
    }

    private static boolean isManagement(String module) {
        return module.startsWith("pekko-management") || module.startsWith("pekko-discovery-");
    }

    private static String version(Map<String, String> versions, String module) {
        assertThat(versions).containsKey(module);
        return versions.getOrDefault(module, "");
    }

    /** What the manifests of Pekko's jars say, which is where Pekko looks. */
    private static Map<String, String> versions() throws IOException {
        Map<String, String> versions = new TreeMap<>();
        for (URL url : Collections.list(ActorSystem.class.getClassLoader().getResources("META-INF/MANIFEST.MF"))) {
            try (var stream = url.openStream()) {
                Attributes attributes = new Manifest(stream).getMainAttributes();
                if ("org.apache.pekko".equals(attributes.getValue("Implementation-Vendor-Id"))) {
                    versions.put(
                            attributes.getValue("Implementation-Title"), attributes.getValue("Implementation-Version"));
                }
            }
        }
        return versions;
    }
}
