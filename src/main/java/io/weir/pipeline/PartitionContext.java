package io.weir.pipeline;

import io.micrometer.core.instrument.MeterRegistry;
import io.weir.definition.StreamDefinition;
import io.weir.event.EntryId;
import io.weir.event.EventReader;
import io.weir.log.EventLog;
import io.weir.log.PartitionDepths;
import io.weir.log.PartitionReader;
import io.weir.logging.LogFields;
import io.weir.settings.PipelineSettings;
import io.weir.store.CommitOutcome;
import io.weir.store.PartitionStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the actors of one partition work with.
 *
 * @param owner names this process in the cursor's row
 */
public record PartitionContext(
        StreamDefinition definition,
        int partition,
        String owner,
        EventLog log,
        PartitionDepths depths,
        PartitionStore store,
        EventReader eventReader,
        PipelineSettings settings,
        PartitionStatus status,
        MeterRegistry meters,
        EntryDelays delays) {
    private static final Logger LOG = LoggerFactory.getLogger(PartitionContext.class);

    PartitionReader openReader() {
        return log.reader(definition, partition);
    }

    /** Notes that an incarnation has begun. */
    void began(ConsumerStart.Position position) {
        status.began(position);
        try (var _ = logFields()) {
            LOG.info(
                    "{} starts: epoch {}, cursor {}, depth {}, pending of predecessors {}",
                    this,
                    position.epoch(),
                    position.cursor(),
                    position.begun().depth(),
                    position.begun().predecessorPending());
            if (position.begun().tailLost()) {
                LOG.warn(
                        "{}: Redis had lost its tail and stood before the cursor {}; new events go on above it",
                        this,
                        position.cursor());
            }
        }
    }

    /** Notes that an incarnation has ended. */
    void ended(EntryId cursor) {
        try (var _ = logFields()) {
            LOG.info("{} stops: cursor {}", this, cursor);
        }
    }

    /** Notes what became of a window. */
    void wrote(OpenWindow window, CommitOutcome.Committed outcome) {
        delays.committed(window.entries());
        if (!LOG.isDebugEnabled()) {
            return;
        }
        try (var _ = logFields().window(window.number())) {
            LOG.debug(
                    "{}: wrote {} events up to {}: {} applied, {} known before, {} dead letters",
                    this,
                    window.size(),
                    window.to(),
                    outcome.applied(),
                    outcome.deduplicated(),
                    outcome.deadLettered());
        }
    }

    /** What a log line about this partition says besides; around one log call. */
    LogFields logFields() {
        return LogFields.of(definition.name(), partition).epoch(status.epoch());
    }

    /** Notes what an operator had it do. */
    void operated(String what) {
        try (var _ = logFields()) {
            LOG.warn("{}: an operator has it {}", this, what);
        }
    }

    /** Counts something that happened to this stream, {@code name} as in {@code weir.pipeline.restarts}. */
    void count(String name) {
        PipelineMeters.counter(meters, definition.name(), name).increment();
    }

    @Override
    public String toString() {
        return definition.name() + "/" + partition;
    }
}
