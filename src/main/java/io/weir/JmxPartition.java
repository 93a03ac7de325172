package io.weir;

import io.weir.log.Uncommitted;
import io.weir.ops.jmx.PartitionMXBean;
import io.weir.pipeline.PartitionContext;
import io.weir.pipeline.PartitionOperation;
import io.weir.pipeline.PartitionOperation.Outcome;
import io.weir.pipeline.PartitionStatus;
import io.weir.pipeline.RunningPartition;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;

/** A partition by JMX. */
record JmxPartition(RunningPartition partition, Operator operator) implements PartitionMXBean {
    /** Has a partition do something, and waits for what became of it. */
    interface Operator {
        String operate(RunningPartition partition, Function<ActorRef<Outcome>, PartitionOperation> operation);
    }

    private PartitionStatus status() {
        return partition.context().status();
    }

    @Override
    public String getState() {
        PartitionStatus status = status();
        if (status.stoppedReason() != null) {
            return "STOPPED";
        }
        if (status.isPaused()) {
            return "PAUSED";
        }
        return status.isRunning() ? "RUNNING" : "STARTING";
    }

    @Override
    public String getTrouble() {
        String trouble = status().trouble();
        return trouble == null ? "" : trouble;
    }

    @Override
    public long getEpoch() {
        return status().epoch();
    }

    @Override
    public int getIncarnations() {
        return status().incarnations();
    }

    @Override
    public int getCrashes() {
        return status().crashes();
    }

    @Override
    public String getCursor() {
        return status().cursor().toString();
    }

    @Override
    public long getCommittedWindows() {
        return status().windows();
    }

    @Override
    public long getDepth() {
        PartitionContext context = partition.context();
        Uncommitted known = context.depths().uncommitted(context.definition(), context.partition());
        return known == null ? -1 : known.events();
    }

    @Override
    public long getReadEvents() {
        return status().uncommittedEvents();
    }

    @Override
    public long getOldestReadMillis() {
        long since = status().oldestReadMillis();
        return since == 0 ? 0 : Math.max(0, System.currentTimeMillis() - since);
    }

    @Override
    public String pause() {
        return operator.operate(partition, PartitionOperation.Pause::new);
    }

    @Override
    public String resume() {
        return operator.operate(partition, PartitionOperation.Resume::new);
    }

    @Override
    public String flushNow() {
        return operator.operate(partition, PartitionOperation.Flush::new);
    }

    @Override
    public String restart() {
        return operator.operate(partition, PartitionOperation.Restart::new);
    }
}
