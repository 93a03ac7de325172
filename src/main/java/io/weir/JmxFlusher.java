package io.weir;

import io.weir.ops.jmx.FlusherMXBean;
import io.weir.pipeline.FlusherStatus;
import io.weir.pipeline.PartitionOperation;
import io.weir.pipeline.RunningPartition;

/** A partition's flusher by JMX. */
record JmxFlusher(RunningPartition partition, JmxPartition.Operator operator) implements FlusherMXBean {
    private FlusherStatus status() {
        return partition.context().status().flusher();
    }

    @Override
    public long getWindows() {
        return status().windows();
    }

    @Override
    public long getEvents() {
        return status().events();
    }

    @Override
    public long getRetries() {
        return status().retries();
    }

    @Override
    public int getWaitingWindows() {
        return status().waitingWindows();
    }

    @Override
    public int getLastWindowEvents() {
        return status().lastWindowEvents();
    }

    @Override
    public long getLastWriteMillis() {
        return status().lastWriteMillis();
    }

    @Override
    public long getLastCommitAtMillis() {
        return status().lastCommitAtMillis();
    }

    @Override
    public boolean isDatabaseAway() {
        return status().databaseAway();
    }

    @Override
    public String flushNow() {
        return operator.operate(partition, PartitionOperation.Flush::new);
    }
}
