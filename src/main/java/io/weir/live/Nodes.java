package io.weir.live;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.receptionist.Receptionist;

/** What all nodes of the cluster do, this one among them. Thread-safe. */
public final class Nodes {
    private final ActorSystem<?> system;
    private final Supplier<NodeFigures> own;
    private volatile Set<ActorRef<NodeQuery>> reporters = Set.of();

    private Nodes(ActorSystem<?> system, Supplier<NodeFigures> own) {
        this.system = system;
        this.own = own;
    }

    /**
     * Has this node answer others, and finds those that answer it, until the system ends.
     *
     * @param own what this node does; must not block
     */
    public static Nodes start(ActorSystem<?> system, Supplier<NodeFigures> own) {
        Nodes nodes = new Nodes(system, own);
        var _ = system.systemActorOf(NodeReporter.create(own), "node-reporter", Props.empty());
        ActorRef<Receptionist.Listing> finder = system.systemActorOf(
                Behaviors.receiveMessage(listing -> {
                    nodes.reporters = listing.getServiceInstances(NodeReporter.KEY);
                    return Behaviors.same();
                }),
                "node-finder",
                Props.empty());
        system.receptionist().tell(Receptionist.subscribe(NodeReporter.KEY, finder));
        return nodes;
    }

    /**
     * Asks all at once.
     *
     * @return this node's figures, and those of the others that answer in time; never fails
     */
    public CompletionStage<List<NodeFigures>> ask(Duration timeout) {
        List<CompletableFuture<List<NodeFigures>>> answers = new ArrayList<>();
        for (ActorRef<NodeQuery> reporter : reporters) {
            if (reporter.path().address().hasGlobalScope()) {
                answers.add(AskPattern.<NodeQuery, NodeFigures>ask(
                                reporter, NodeQuery.ReadFigures::new, timeout, system.scheduler())
                        .thenApply(List::of)
                        .exceptionally(late -> List.of())
                        .toCompletableFuture());
            }
        }
        return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                .thenApply(all -> {
                    List<NodeFigures> figures = new ArrayList<>();
                    figures.add(own.get());
                    answers.forEach(answer -> figures.addAll(answer.join()));
                    return figures;
                });
    }
}
