package io.weir.pipeline;

import java.util.ArrayList;
import java.util.List;
import org.slf4j.MDC;

/**
 * Says in the MDC which partition a log line is about, around one log call: actors change threads, so what is set for
 * longer ends up in the lines of others.
 */
final class LogFields implements AutoCloseable {
    private final List<MDC.MDCCloseable> fields = new ArrayList<>(4);

    private LogFields() {}

    /** {@code stream} and {@code partition}, and {@code epoch} once there is one. */
    static LogFields of(PartitionContext partition) {
        LogFields fields = new LogFields()
                .with("stream", partition.definition().name())
                .with("partition", Integer.toString(partition.partition()));
        long epoch = partition.status().epoch();
        return epoch == 0 ? fields : fields.with("epoch", Long.toString(epoch));
    }

    /** {@code window} besides: its number. */
    LogFields window(long number) {
        return with("window", Long.toString(number));
    }

    private LogFields with(String name, String value) {
        fields.add(MDC.putCloseable(name, value));
        return this;
    }

    @Override
    public void close() {
        fields.forEach(MDC.MDCCloseable::close);
    }
}
