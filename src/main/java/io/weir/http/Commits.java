package io.weir.http;

import io.weir.live.PartitionAnswer;
import io.weir.live.PartitionQuery;
import io.weir.live.Partitions;
import io.weir.log.EventLog;
import io.weir.log.RoutedAppend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;

/** Waits until what was appended is in the database. */
final class Commits {
    private final Partitions partitions;
    private final ActorSystem<?> system;
    private final Duration timeout;

    Commits(Partitions partitions, ActorSystem<?> system, Duration timeout) {
        this.partitions = partitions;
        this.system = system;
        this.timeout = timeout;
    }

    /** Completes with whether everything is committed; false when that is not known in time. Never fails. */
    CompletionStage<Boolean> await(String stream, List<RoutedAppend.Appended> appended) {
        List<CompletableFuture<?>> waits = new ArrayList<>(appended.size());
        for (RoutedAppend.Appended part : appended) {
            if (part.entry().equals(EventLog.WRITTEN)) {
                continue;
            }
            waits.add(partitions
                    .<PartitionAnswer.Committed>askAndFollow(
                            stream,
                            part.partition(),
                            replyTo -> new PartitionQuery.AwaitCommit(part.entry(), replyTo),
                            timeout,
                            system.scheduler())
                    .toCompletableFuture());
        }
        return CompletableFuture.allOf(waits.toArray(new CompletableFuture<?>[0]))
                .handle((nothing, failure) -> failure == null);
    }
}
