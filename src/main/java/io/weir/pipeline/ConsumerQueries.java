package io.weir.pipeline;

import io.weir.live.PartitionAnswer;
import io.weir.live.PartitionQuery;
import io.weir.log.PartitionReader;
import io.weir.log.Uncommitted;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorRef;

/** Answers what the edges ask a consumer, now or once it has read or committed enough. Confined to the consumer. */
final class ConsumerQueries {
    private final PartitionContext partition;
    private final PartitionReader reader;
    private final PartitionWindows windows;
    private final Aggregators aggregators;
    private final CountReaders counts;
    private final CommitWaiters waiters;
    private CompletionStage<Void> countingAhead = CompletableFuture.completedStage(null);

    ConsumerQueries(
            PartitionContext partition,
            PartitionReader reader,
            PartitionWindows windows,
            Aggregators aggregators,
            CountReaders counts,
            CommitWaiters waiters) {
        this.partition = partition;
        this.reader = reader;
        this.windows = windows;
        this.aggregators = aggregators;
        this.counts = counts;
        this.waiters = waiters;
    }

    /** Takes one, and says whether somebody waits by it for what is to be read or committed. */
    boolean answer(PartitionQuery query) {
        return switch (query) {
            case PartitionQuery.RefreshCounts refresh -> {
                aggregators.refresh();
                yield false;
            }
            case PartitionQuery.ReadBuffered read -> {
                read.replyTo().tell(new PartitionAnswer.Buffered(aggregators.buffered()));
                yield false;
            }
            case PartitionQuery.ReadDepth read -> {
                tellDepth(read.replyTo());
                yield false;
            }
            case PartitionQuery.ReadCounts read -> {
                counts.ask(read, windows.open().to());
                yield true;
            }
            case PartitionQuery.AwaitCommit await -> {
                awaitCommit(await);
                yield true;
            }
        };
    }

    private void awaitCommit(PartitionQuery.AwaitCommit await) {
        if (!await.entry().isAfter(windows.cursor())) {
            await.replyTo().tell(new PartitionAnswer.Committed(await.entry()));
        } else if (!waiters.add(await)) {
            partition.count("weir.pipeline.queries.dropped");
        }
    }

    /** Others ask while they take events for this partition: what they appended is counted, though it is not read yet. */
    private void tellDepth(ActorRef<PartitionAnswer.Depth> replyTo) {
        Uncommitted known = partition.depths().uncommitted(partition.definition(), partition.partition());
        if (known != null) {
            replyTo.tell(new PartitionAnswer.Depth(known.upTo(), known.events()));
        }
        if ((windows.behind() || !windows.mayRead() || partition.status().isPaused())
                && countingAhead.toCompletableFuture().isDone()) {
            countingAhead = reader.countAhead();
        }
    }
}
