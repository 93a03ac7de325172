package io.weir.logging;

import java.util.ArrayList;
import java.util.List;
import org.slf4j.MDC;

/**
 * Says in the MDC which partition a log line is about, around one log call: actors change threads, so what is set for
 * longer ends up in the lines of others.
 */
public final class LogFields implements AutoCloseable {
    private final List<MDC.MDCCloseable> fields = new ArrayList<>(4);

    private LogFields() {}

    /** {@code stream} and {@code partition}. */
    public static LogFields of(String stream, int partition) {
        return new LogFields().with("stream", stream).with("partition", Integer.toString(partition));
    }

    /** {@code epoch} besides, once there is one. */
    public LogFields epoch(long epoch) {
        return epoch == 0 ? this : with("epoch", Long.toString(epoch));
    }

    /** {@code window} besides: its number. */
    public LogFields window(long number) {
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
