package io.weir.ops;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** The ledger as gauges, by stream; not a number until it was read for the first time. */
public final class LedgerMetrics {
    private static final Map<String, ToLongFunction<Ledger.Partition>> TERMS = Map.of(
            "accepted", Ledger.Partition::accepted,
            "committed", Ledger.Partition::committed,
            "deduplicated", Ledger.Partition::deduplicated,
            "filtered", Ledger.Partition::filtered,
            "dead-lettered", Ledger.Partition::deadLettered,
            "depth", Ledger.Partition::depth);

    private final Map<String, Ledger.Stream> latest = new ConcurrentHashMap<>();

    public LedgerMetrics(MeterRegistry meters, Collection<String> streams) {
        for (String stream : streams) {
            TERMS.forEach((term, value) -> Gauge.builder("weir.ledger.events", () -> sum(stream, value))
                    .description("what became of the accepted events")
                    .tag("stream", stream)
                    .tag("term", term)
                    .register(meters));
            Gauge.builder(
                            "weir.ledger.missing.entries",
                            () -> sum(stream, partition -> partition.entries().missing()))
                    .description("entries that Redis took and that are neither committed nor there")
                    .tag("stream", stream)
                    .register(meters);
            Gauge.builder("weir.ledger.missing.events", () -> sum(stream, Ledger.Partition::missingEvents))
                    .description("events that this process accepted and that are nowhere")
                    .tag("stream", stream)
                    .register(meters);
        }
    }

    /** Shows these figures from now on. */
    public void show(Ledger ledger) {
        ledger.streams().forEach(stream -> latest.put(stream.name(), stream));
    }

    private double sum(String name, ToLongFunction<Ledger.Partition> value) {
        Ledger.@Nullable Stream stream = latest.get(name);
        return stream == null ? Double.NaN : stream.sum(value);
    }
}
