package io.weir;

import io.weir.definition.StreamDefinition;
import io.weir.log.PartitionDepths;
import io.weir.ops.jmx.Beans;
import io.weir.ops.jmx.StreamMXBean;
import io.weir.pipeline.PartitionOperation;
import io.weir.pipeline.PartitionOperation.Outcome;
import io.weir.pipeline.PartitionStatus;
import io.weir.pipeline.RunningPartition;
import io.weir.pipeline.RunningPartitions;
import io.weir.settings.JmxSettings;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Function;
import java.util.function.Predicate;
import javax.management.JMException;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Scheduler;

/** Shows by JMX what runs in this process: its beans come and go with the partitions. */
final class JmxBeans implements RunningPartitions.Watcher, AutoCloseable {
    private final Beans beans;
    private final JmxSettings settings;
    private final Scheduler scheduler;
    private final PartitionDepths depths;
    private final Map<String, Map<Integer, RunningPartition>> streams = new HashMap<>();

    private JmxBeans(Beans beans, JmxSettings settings, Scheduler scheduler, PartitionDepths depths) {
        this.beans = beans;
        this.settings = settings;
        this.scheduler = scheduler;
        this.depths = depths;
    }

    /** Begins; what was registered is gone once it is closed. */
    static AutoCloseable start(ServerParts parts, RunningPartitions running) throws JMException {
        JmxSettings settings = JmxSettings.from(parts.weir());
        if (!settings.enabled()) {
            return () -> {};
        }
        Beans beans = Beans.open(ManagementFactory.getPlatformMBeanServer(), new JmxPool(parts.database()));
        JmxBeans started = new JmxBeans(beans, settings, parts.system().scheduler(), parts.eventLog());
        running.watch(started);
        return started;
    }

    @Override
    public void began(RunningPartition partition) {
        StreamDefinition definition = partition.context().definition();
        String stream = definition.name();
        Map<Integer, RunningPartition> siblings = streams.computeIfAbsent(stream, name -> {
            Map<Integer, RunningPartition> none = new ConcurrentSkipListMap<>();
            beans.add(name, new Stream(definition, none));
            return none;
        });
        int number = partition.context().partition();
        siblings.put(number, partition);
        beans.add(stream, number, new JmxPartition(partition, this::operate));
        beans.add(stream, number, new JmxFlusher(partition, this::operate));
    }

    @Override
    public void ended(RunningPartition partition) {
        String stream = partition.context().definition().name();
        int number = partition.context().partition();
        beans.removePartition(stream, number);
        Map<Integer, RunningPartition> siblings = streams.getOrDefault(stream, new TreeMap<>());
        siblings.remove(number);
        if (siblings.isEmpty() && streams.remove(stream) != null) {
            beans.removeStream(stream);
        }
    }

    @Override
    public void close() {
        beans.close();
    }

    /** Waits: a JMX client's thread has nothing else to do. */
    private String operate(RunningPartition partition, Function<ActorRef<Outcome>, PartitionOperation> operation) {
        Outcome outcome;
        try {
            outcome = partition
                    .operate(operation, settings.operationTimeout(), scheduler)
                    .toCompletableFuture()
                    .join();
        } catch (CompletionException late) {
            // a class that every client has
            throw new IllegalStateException(partition.context() + " did not answer within jmx.operation-timeout, "
                    + settings.operationTimeout() + "; it may be done all the same");
        }
        if (!outcome.done()) {
            throw new IllegalStateException(partition.context() + ": " + outcome.text());
        }
        return outcome.text();
    }

    private final class Stream implements StreamMXBean {
        private final StreamDefinition definition;
        private final Map<Integer, RunningPartition> running;

        Stream(StreamDefinition definition, Map<Integer, RunningPartition> running) {
            this.definition = definition;
            this.running = running;
        }

        @Override
        public int[] getPartitions() {
            return those(status -> true);
        }

        @Override
        public int[] getPausedPartitions() {
            return those(PartitionStatus::isPaused);
        }

        @Override
        public long getDepth() {
            return depths.depthHere(definition);
        }

        @Override
        public long getMaxDepth() {
            return definition.maxDepth();
        }

        @Override
        public String[] pause() {
            return each(PartitionOperation.Pause::new);
        }

        @Override
        public String[] resume() {
            return each(PartitionOperation.Resume::new);
        }

        @Override
        public String[] flushNow() {
            return each(PartitionOperation.Flush::new);
        }

        @Override
        public String[] restart() {
            return each(PartitionOperation.Restart::new);
        }

        private int[] those(Predicate<PartitionStatus> which) {
            Collection<RunningPartition> all = running.values();
            return all.stream()
                    .map(one -> one.context().status())
                    .filter(which)
                    .mapToInt(PartitionStatus::partition)
                    .toArray();
        }

        private String[] each(Function<ActorRef<Outcome>, PartitionOperation> operation) {
            List<String> results = new ArrayList<>();
            for (RunningPartition one : running.values()) {
                try {
                    results.add(one.context() + ": " + operate(one, operation));
                } catch (IllegalStateException failed) {
                    results.add("FAILED " + failed.getMessage());
                }
            }
            return results.toArray(String[]::new);
        }
    }
}
