package io.weir.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.weir.settings.ClusterSettings.Role;
import io.weir.settings.ClusterSettings.SeedNode;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClusterSettingsTest {
    @Test
    void withoutSettingsANodeIsAloneOnTheLoopbackAddressAndDoesAll() {
        ClusterSettings settings = ClusterSettings.from(weir(""));

        assertThat(settings.host()).isEqualTo("127.0.0.1");
        assertThat(settings.port()).isZero();
        assertThat(settings.bindHost()).isEqualTo("127.0.0.1");
        assertThat(settings.bindPort()).isZero();
        assertThat(settings.seedNodes()).isEmpty();
        assertThat(settings.discovery().isOn()).isFalse();
        assertThat(settings.tls().isOn()).isFalse();
        assertThat(settings.roles()).containsExactlyInAnyOrder(Role.INGEST, Role.WORKER);
    }

    @Test
    void aNodeListensWhereItIsReachedUnlessItIsToldOtherwise() {
        ClusterSettings known = ClusterSettings.from(weir("host = a.b, port = 7355"));
        assertThat(known.bindHost()).isEqualTo("a.b");
        assertThat(known.bindPort()).isEqualTo(7355);

        ClusterSettings translated =
                ClusterSettings.from(weir("host = a.b, port = 7355, bind-host = \"0.0.0.0\", bind-port = 8000"));
        assertThat(translated.host()).isEqualTo("a.b");
        assertThat(translated.port()).isEqualTo(7355);
        assertThat(translated.bindHost()).isEqualTo("0.0.0.0");
        assertThat(translated.bindPort()).isEqualTo(8000);
    }

    @Test
    void seedNodesAreAListOrOneTextWithCommas() {
        assertThat(ClusterSettings.from(weir("host = a.b, seed-nodes = [\"a.b:1\", \"[fe80::1]:65535\"]"))
                        .seedNodes())
                .containsExactly(new SeedNode("a.b", 1), new SeedNode("[fe80::1]", 65_535));
        assertThat(ClusterSettings.from(weir("host = a.b, seed-nodes = \"a.b:1, c-d:2\""))
                        .seedNodes())
                .containsExactly(new SeedNode("a.b", 1), new SeedNode("c-d", 2));
    }

    @Test
    void theEnvironmentWins() {
        ClusterSettings settings = ClusterSettings.from(Configuration.load(
                        Path.of("no-such-file"),
                        Map.of(
                                "WEIR_CLUSTER_HOST", "10.0.0.2",
                                "WEIR_CLUSTER_PORT", "8088",
                                "WEIR_CLUSTER_BIND_HOST", "172.17.0.3",
                                "WEIR_CLUSTER_BIND_PORT", "7355",
                                "WEIR_CLUSTER_SEEDS", "10.0.0.1:8088,10.0.0.2:8088",
                                "WEIR_CLUSTER_ROLES", "worker"))
                .getConfig("weir"));

        assertThat(settings.host()).isEqualTo("10.0.0.2");
        assertThat(settings.port()).isEqualTo(8088);
        assertThat(settings.bindHost()).isEqualTo("172.17.0.3");
        assertThat(settings.bindPort()).isEqualTo(7355);
        assertThat(settings.seedNodes())
                .containsExactly(new SeedNode("10.0.0.1", 8088), new SeedNode("10.0.0.2", 8088));
        assertThat(settings.roles()).containsExactly(Role.WORKER);
        assertThat(settings.takesEvents()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\'', textBlock = """
        host = "0.0.0.0"                            | cluster.host       | the address at which other nodes reach
        host = ""                                   | cluster.host       | the address at which other nodes reach
        seed-nodes = ["10.0.0.1:8088"]              | cluster.host       | 10.0.0.1:8088
        port = 65536                                | cluster.port       | 65536
        port = many                                 | cluster.port       | many
        seed-nodes = ["127.0.0.1"]                  | cluster.seed-nodes | host:port
        seed-nodes = ["127.0.0.1:0"]                | cluster.seed-nodes | 127.0.0.1:0
        seed-nodes = ["127.0.0.1:70000"]            | cluster.seed-nodes | 127.0.0.1:70000
        seed-nodes = ["pekko://weir@127.0.0.1:1"]   | cluster.seed-nodes | host:port
        seed-nodes = [8088]                         | cluster.seed-nodes | a list of strings
        roles = []                                  | cluster.roles      | ingest, worker
        roles = [ingest, cook]                      | cluster.roles      | cook
        bind-port = 0                               | cluster.bind-port  | from 1 to 65535
        bind-port = 7355                            | cluster.bind-port  | cluster.port
        depth-interval = 0s                         | cluster.depth-interval | longer than zero
        seeds = []                                  | cluster.seeds      | not a known key
        discovery.method = mdns                     | cluster.discovery.method | none, dns or kubernetes-api
        discovery.methods = dns                     | cluster.discovery.methods | not a known key
        discovery.service-name = weir               | cluster.discovery.method | is none, and service-name is "weir"
        discovery.method = dns                      | cluster.discovery.service-name | the name that is looked up
        discovery.method = kubernetes-api           | cluster.discovery.service-name | label
        discovery { method = dns, service-name = "a b" } | cluster.discovery.service-name | "a b"
        discovery.port-name = "_management"         | cluster.discovery.port-name | the name alone
        discovery.required-contact-points = 0       | cluster.discovery.required-contact-points | from 1 to
        management.port = 70000                     | cluster.management.port | 70000
        management.address = "10.0.0.1"             | cluster.management.address | not a known key
        tls.key = "a.pem"                           | cluster.tls.key | not a known key
        tls.certificate = "a.pem"                   | cluster.tls.private-key | is empty
        tls { certificate = "a.pem", private-key = "b.pem" } | cluster.tls.certificate-authority | is empty
        tls.certificate-authority = "c.pem"         | cluster.tls.certificate | is empty
        """)
    void whatCanNotBeIsRefusedAndNamed(String setting, String key, String detail) {
        assertThatThrownBy(() -> ClusterSettings.from(weir(setting)))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining(key)
                .hasMessageContaining(detail);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\'', textBlock = """
        host = "127.0.0.1"                          | cluster.host             | weir.cluster.discovery.method
        host = localhost                            | cluster.host             | weir.cluster.discovery.method
        host = "10.0.0.1", seed-nodes = "10.0.0.2:1"  | cluster.discovery.method | weir.cluster.seed-nodes
        host = "10.0.0.1", management.port = 0      | cluster.management.port  | would not know
        host = "10.0.0.1", port = 7626              | cluster.management.port  | weir.cluster.port
        host = "10.0.0.1", management.host = "0.0.0.0" | cluster.management.host | weir.cluster.host
        host = "10.0.0.1", management.host = localhost | cluster.management.host | weir.cluster.host
        """)
    void whatDoesNotGoTogetherWithDiscoveryIsRefusedAndNamed(String setting, String key, String detail) {
        String discovery = "discovery { method = dns, service-name = weir-nodes }, ";
        assertThatThrownBy(() -> ClusterSettings.from(weir(discovery + setting)))
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith("weir." + key + ": ")
                .hasMessageContaining(detail);
    }

    @Test
    void discoveryAndCertificatesComeFromTheEnvironment() {
        ClusterSettings settings = ClusterSettings.from(Configuration.load(
                        Path.of("no-such-file"),
                        Map.of(
                                "WEIR_CLUSTER_HOST", "10.0.0.2",
                                "WEIR_CLUSTER_DISCOVERY", "kubernetes-api",
                                "WEIR_CLUSTER_SERVICE_NAME", "weir",
                                "WEIR_CLUSTER_PORT_NAME", "management",
                                "WEIR_CLUSTER_CONTACT_POINTS", "3",
                                "WEIR_CLUSTER_MANAGEMENT_HOST", "10.0.1.2",
                                "WEIR_CLUSTER_MANAGEMENT_PORT", "7000",
                                "WEIR_CLUSTER_TLS_CERTIFICATE", "a",
                                "WEIR_CLUSTER_TLS_PRIVATE_KEY", "b",
                                "WEIR_CLUSTER_TLS_CERTIFICATE_AUTHORITY", "c"))
                .getConfig("weir"));

        assertThat(settings.discovery())
                .isEqualTo(new DiscoverySettings(DiscoverySettings.Method.KUBERNETES_API, "weir", "management", 3));
        assertThat(settings.discovery().isOn()).isTrue();
        assertThat(settings.management()).isEqualTo(new ManagementSettings("10.0.1.2", 7000));
        assertThat(settings.tls()).isEqualTo(new ClusterTlsSettings("a", "b", "c"));
        assertThat(settings.tls().isOn()).isTrue();
    }

    private static Config weir(String cluster) {
        return ConfigFactory.parseString("cluster { " + cluster + " }")
                .withFallback(
                        Configuration.load(Path.of("no-such-file"), Map.of()).getConfig("weir"));
    }
}
