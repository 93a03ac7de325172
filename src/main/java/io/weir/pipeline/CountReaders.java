package io.weir.pipeline;

import io.weir.event.EntryId;
import io.weir.live.PartitionQuery.ReadCounts;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import org.apache.pekko.actor.typed.ActorRef;

/** Has an entity's counts told once they contain what whoever asks has seen appended. For one consumer. */
final class CountReaders {
    private final Aggregators aggregators;
    private final PartitionContext partition;
    private final Executor jdbcExecutor;
    private final TreeMap<EntryId, List<ReadCounts>> waiting = new TreeMap<>();
    private int size;

    CountReaders(Aggregators aggregators, PartitionContext partition, Executor jdbcExecutor) {
        this.aggregators = aggregators;
        this.partition = partition;
        this.jdbcExecutor = jdbcExecutor;
    }

    /** Whether somebody waits for an entry that is not read yet. */
    boolean any() {
        return size > 0;
    }

    /** Answers, or keeps the question until its entry is read. One that finds no room runs into its sender's timeout. */
    void ask(ReadCounts question, EntryId readUpTo) {
        if (!question.upTo().isAfter(readUpTo)) {
            answer(question);
        } else if (size < partition.settings().maxCommitWaiters()) {
            waiting.computeIfAbsent(question.upTo(), absent -> new ArrayList<>(1))
                    .add(question);
            size++;
        } else {
            partition.count("weir.pipeline.queries.dropped");
        }
    }

    /** Everything up to here has gone to the aggregators. */
    void read(EntryId readUpTo) {
        if (size == 0) {
            return;
        }
        var answerable = waiting.headMap(readUpTo, true);
        for (List<ReadCounts> questions : answerable.values()) {
            questions.forEach(this::answer);
            size -= questions.size();
        }
        answerable.clear();
    }

    private void answer(ReadCounts question) {
        ActorRef<EntityAggregator.Command> aggregator = aggregators.find(question.entity());
        if (aggregator != null) {
            aggregator.tell(new EntityAggregator.ReadCounts(question.replyTo()));
            return;
        }
        var _ = StoredCounts.read(partition.store(), question.entity(), jdbcExecutor)
                .thenAccept(question.replyTo()::tell);
    }
}
