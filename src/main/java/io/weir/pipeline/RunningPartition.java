package io.weir.pipeline;

import io.weir.pipeline.PartitionOperation.Outcome;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Scheduler;
import org.apache.pekko.actor.typed.javadsl.AskPattern;

/** A partition that runs in this process, and what may be asked of it. */
public record RunningPartition(PartitionContext context, ActorRef<PartitionDaemon.Command> daemon) {
    /**
     * Has it do something.
     *
     * @return fails when it has no answer in time, as while it waits to start anew; it may be done all the same
     */
    public CompletionStage<Outcome> operate(
            Function<ActorRef<Outcome>, PartitionOperation> operation, Duration timeout, Scheduler scheduler) {
        return AskPattern.<PartitionDaemon.Command, Outcome>ask(
                daemon, replyTo -> new PartitionDaemon.Operate(operation.apply(replyTo)), timeout, scheduler);
    }
}
