package io.weir.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.weir.settings.SettingsException;
import io.weir.testkit.Patience;
import io.weir.testkit.TestAuthority;
import io.weir.testkit.TestAuthority.Issued;
import io.weir.testkit.TlsClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterTlsTest {
    private static final Duration SOON = Patience.LONG;

    @TempDir
    private static Path directory;

    private static TestAuthority authority;
    private static TestAuthority strangers;
    private static Issued own;
    private static Issued sibling;
    private static Issued ofAnotherCluster;
    private static Issued foreign;

    private final List<TestNode> nodes = new ArrayList<>();

    @BeforeAll
    static void issue() throws Exception {
        authority = TestAuthority.create(directory, "ours");
        own = authority.issue("a", "dns:weir");
        sibling = authority.issue("b", "dns:b.example.com,dns:weir");
        ofAnotherCluster = authority.issue("c", "dns:beaver");
        strangers = TestAuthority.create(directory, "theirs");
        foreign = strangers.issue("d", "dns:weir");
    }

    @AfterEach
    void stop() {
        nodes.forEach(TestNode::close);
    }

    @Test
    void nodesWithCertificatesOfOneAuthorityAndOneNameJoinAndNoOthers() {
        TestNode first = start(TestNode.tls(own));
        String seeds = "\nseed-nodes = [\"" + first.address() + "\"]";
        TestNode plain = start(seeds);
        TestNode stranger = start(TestNode.tls(foreign) + seeds);
        TestNode other = start(TestNode.tls(ofAnotherCluster) + seeds);
        // after those, which so had their chance
        TestNode second = start(TestNode.tls(sibling) + seeds);

        await().atMost(SOON).untilAsserted(() -> {
            assertThat(first.up()).containsExactlyInAnyOrder(first.address(), second.address());
            assertThat(second.up()).isEqualTo(first.up());
        });
        for (TestNode outside : List.of(plain, stranger, other)) {
            assertThat(outside.up()).isEmpty();
        }
    }

    @Test
    void whoConnectsIsAskedForACertificateOfTheAuthority() throws Exception {
        TestNode node = start(TestNode.tls(own));

        assertThat(TlsClient.refusal(node.address(), authority.credulous("b"))).isEmpty();
        assertThat(TlsClient.refusal(node.address(), authority.credulous(null))).contains("certificate");
        assertThat(TlsClient.refusal(node.address(), strangers.credulous("d"))).contains("certificate");
    }

    @Test
    void aFileThatIsNotWhatItShouldBeStopsTheStartAndIsNamed() throws Exception {
        Path nonsense = Files.writeString(directory.resolve("nonsense.pem"), "nonsense");
        Path missing = directory.resolve("missing.pem");
        Issued expired = authority.issue("expired", "dns:weir", "-startdate", "-9d", "-validity", "2");
        Issued elliptic = authority.issue("elliptic", "dns:weir", "-keyalg", "EC", "-groupname", "secp256r1");

        refused(missing, own.privateKey(), own.authority(), "certificate", missing, "is not there");
        refused(own.certificate(), missing, own.authority(), "private-key", missing, "is not there");
        refused(own.certificate(), own.privateKey(), missing, "certificate-authority", missing, "is not there");
        refused(directory, own.privateKey(), own.authority(), "certificate", directory, "can't be read");
        refused(nonsense, own.privateKey(), own.authority(), "certificate", nonsense, "no certificate");
        refused(own.certificate(), nonsense, own.authority(), "private-key", nonsense, "no RSA key");
        refused(own.certificate(), own.privateKey(), nonsense, "certificate-authority", nonsense, "no certificate");
        refused(
                elliptic.certificate(),
                elliptic.privateKey(),
                own.authority(),
                "private-key",
                elliptic.privateKey(),
                "no RSA key");
        refused(
                own.certificate(),
                sibling.privateKey(),
                own.authority(),
                "private-key",
                sibling.privateKey(),
                "not the key of the certificate");
        refused(
                own.certificate(),
                own.privateKey(),
                foreign.authority(),
                "certificate",
                own.certificate(),
                "was not issued by");
        refused(
                expired.certificate(),
                expired.privateKey(),
                own.authority(),
                "certificate",
                expired.certificate(),
                "is valid from");
    }

    private static void refused(
            Path certificate, Path privateKey, Path authority, String key, Path file, String problem) {
        assertThatThrownBy(() -> TestNode.start(TestNode.tls(new Issued(certificate, privateKey, authority)), ""))
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith("weir.cluster.tls." + key + ": the file " + file + " ")
                .hasMessageContaining(problem);
    }

    private TestNode start(String settings) {
        TestNode node = TestNode.start(settings, "");
        nodes.add(node);
        return node;
    }
}
