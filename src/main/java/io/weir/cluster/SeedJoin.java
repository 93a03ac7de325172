package io.weir.cluster;

import io.weir.settings.ClusterSettings.SeedNode;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.JoinSeedNodes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Joins by the seed nodes. Pekko lets the first of them begin a cluster when no other answers; one that is started anew while
 * it is cut off from the others would begin a second one, and the two would not become one again, but take each partition
 * from one another for ever. So it may begin one only when surely nobody runs partitions; else it waits until the others
 * answer.
 */
final class SeedJoin {
    private static final Logger log = LoggerFactory.getLogger(SeedJoin.class);
    private static final Duration LOOK_INTERVAL = Duration.ofMillis(250);
    /** To join takes a second, and the connection to Redis may not be there yet. */
    private static final int LOOKS_TO_TELL = 12;

    private final ActorSystem<?> system;
    private final Cluster cluster;
    private final List<Address> seeds;
    private final Supplier<CompletionStage<Boolean>> othersRun;
    private int looks;

    SeedJoin(ActorSystem<?> system, List<SeedNode> seeds, Supplier<CompletionStage<Boolean>> othersRun) {
        this.system = system;
        this.cluster = Cluster.get(system);
        String protocol = cluster.selfMember().address().protocol();
        this.seeds = seeds.stream()
                .map(seed -> new Address(protocol, system.name(), seed.host(), seed.port()))
                .toList();
        this.othersRun = othersRun;
    }

    void begin() {
        if (seeds.getFirst().equals(cluster.selfMember().address())) {
            look();
        } else {
            joinBy(seeds);
        }
    }

    private void look() {
        looks++;
        var _ = othersRun.get().whenComplete((run, problem) -> {
            if (problem == null) {
                decide(run, "other nodes run partitions");
            } else {
                decide(true, "nobody knows whether other nodes run partitions (" + problem.getMessage() + ")");
            }
        });
    }

    /** One look after another: nothing here happens twice at once. */
    private void decide(boolean wait, String why) {
        if (looks > 1 && !cluster.selfMember().status().equals(MemberStatus.removed())) {
            return;
        }
        if (!wait) {
            joinBy(seeds);
            return;
        }
        List<Address> others = seeds.stream()
                .filter(seed -> !seed.equals(cluster.selfMember().address()))
                .toList();
        if (looks == 1 && !others.isEmpty()) {
            joinBy(others);
        }
        if (looks == LOOKS_TO_TELL) {
            log.info(
                    "{}: this one begins no cluster of its own, and waits until it is let in by one of {}",
                    why,
                    others);
        }
        system.scheduler().scheduleOnce(LOOK_INTERVAL, this::look, system.executionContext());
    }

    private void joinBy(List<Address> addresses) {
        cluster.manager()
                .tell(new JoinSeedNodes(scala.jdk.javaapi.CollectionConverters.asScala(addresses)
                        .toSeq()));
    }
}
