package io.weir.pipeline;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;

/** What may happen to a stream's partitions. Each is there from the start, so that an alert sees the first one. */
final class PipelineMeters {
    private static final Map<String, String> HAPPENINGS = Map.of(
            "weir.pipeline.starts", "starts of partitions, takeovers and restarts among them",
            "weir.pipeline.stopped", "times that a partition began to wait for a person",
            "weir.pipeline.retries", "windows that were written once more",
            "weir.pipeline.queries.dropped", "questions to partitions that found no room and got no answer",
            "weir.pipeline.suspect.searches",
                    "times that a partition read one entry at a time to find an event that ends it",
            "weir.layout.late", "entries that came into a partition after it had been closed for another layout");

    private PipelineMeters() {}

    static void register(MeterRegistry meters, String stream) {
        HAPPENINGS.keySet().forEach(name -> counter(meters, stream, name));
    }

    static Counter counter(MeterRegistry meters, String stream, String name) {
        return Counter.builder(name)
                .description(HAPPENINGS.get(name))
                .tag("stream", stream)
                .register(meters);
    }
}
