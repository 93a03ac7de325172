package io.weir.cluster;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.weir.settings.ClusterSettings;
import io.weir.settings.Configuration;
import io.weir.testkit.TestAuthority;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;

/** A node of a cluster and nothing else of Weir. */
final class TestNode implements AutoCloseable {
    private final ActorSystem<Void> system;

    private TestNode(ActorSystem<Void> system) {
        this.system = system;
    }

    /**
     * Starts one, which begins to join.
     *
     * @param cluster settings below weir.cluster
     * @param pekko settings below pekko
     */
    static TestNode start(String cluster, String pekko) {
        Config config = ConfigFactory.parseString("weir.cluster { " + cluster + " }, pekko { " + pekko + " }")
                .withFallback(Configuration.load(Path.of("no-such-file")));
        ClusterSettings settings = ClusterSettings.from(config.getConfig("weir"));
        ActorSystem<Void> system = ActorSystem.create(
                Behaviors.empty(), ClusterNode.SYSTEM, ClusterNode.configure(config, settings, Duration.ofSeconds(1)));
        TestNode node = new TestNode(system);
        try {
            ClusterNode.join(system, settings, () -> CompletableFuture.completedFuture(false));
        } catch (RuntimeException failure) {
            node.close();
            throw failure;
        }
        return node;
    }

    /** The setting by which a node shows a certificate. */
    static String tls(TestAuthority.Issued issued) {
        return "tls { certificate = \"" + issued.certificate() + "\", private-key = \"" + issued.privateKey()
                + "\", certificate-authority = \"" + issued.authority() + "\" }";
    }

    /** Where other nodes reach it, as host:port. */
    String address() {
        return ClusterNode.address(system);
    }

    /** The members that it knows to be up, as host:port. */
    SortedSet<String> up() {
        SortedSet<String> up = new TreeSet<>();
        Cluster.get(system).state().getMembers().forEach(member -> {
            if (member.status().equals(MemberStatus.up())) {
                up.add(member.address().hostPort().replaceFirst("^.*@", ""));
            }
        });
        return up;
    }

    ActorSystem<Void> system() {
        return system;
    }

    @Override
    public void close() {
        // as Weir ends: each phase has its limit, for now and then connections that are refused are never flushed to
        // their end
        CoordinatedShutdown.get(system)
                .runAll(CoordinatedShutdown.unknownReason())
                .toCompletableFuture()
                .join();
    }
}
