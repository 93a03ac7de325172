package io.weir.definition;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything about one kind of event, as its file in {@code conf/streams/} says it.
 *
 * @param file the file it came from, for messages
 * @param redisKey the Redis stream's key; with several partitions each adds {@code :{n}}
 * @param maxDepth accepted and uncommitted events beyond which more are refused
 * @param retention how long committed entries stay in Redis
 * @param compress whether many events of one entry are compressed in Redis
 * @param entity the field that events are counted for and spread over partitions by; null for streams without counters
 * @param key the field that holds an event's idempotency key; null when only a request's header can give one
 * @param dedup how an event that comes again is told, in streams without an {@link #arbiter}
 * @param enrichments what is computed of each event before it is appended to the log, in that order
 * @param rollups what is kept of its counters over time
 * @param partitions how many it is to have, as the file says; which ones there are at a moment is in {@code layout}
 * @param layout the only part that changes while Weir runs
 */
public record StreamDefinition(
        String name,
        String file,
        String redisKey,
        int partitions,
        long maxDepth,
        WindowSettings window,
        Duration retention,
        boolean compress,
        IngestSettings ingest,
        List<Field> fields,
        @Nullable Field entity,
        @Nullable Field key,
        List<Counter> counters,
        List<RowTable> rows,
        Dedup dedup,
        List<Enrichment> enrichments,
        Rollups rollups,
        StreamLayout layout) {
    /** The largest amount that one event may add to a sum of longs, so that no window's sum leaves 64 bits. */
    public static final long LARGEST_SUMMAND = 1_000_000_000_000L;

    /** The largest amount that one event may add to a sum of doubles, so that no window's sum is infinite. */
    public static final double LARGEST_DOUBLE_SUMMAND = 1e300;

    public StreamDefinition {
        fields = List.copyOf(fields);
        counters = List.copyOf(counters);
        rows = List.copyOf(rows);
        enrichments = List.copyOf(enrichments);
    }

    /** A stream with the partitions that its file states. */
    public StreamDefinition(
            String name,
            String file,
            String redisKey,
            int partitions,
            long maxDepth,
            WindowSettings window,
            Duration retention,
            boolean compress,
            IngestSettings ingest,
            List<Field> fields,
            @Nullable Field entity,
            @Nullable Field key,
            List<Counter> counters,
            List<RowTable> rows,
            Dedup dedup,
            List<Enrichment> enrichments,
            Rollups rollups) {
        this(
                name,
                file,
                redisKey,
                partitions,
                maxDepth,
                window,
                retention,
                compress,
                ingest,
                fields,
                entity,
                key,
                counters,
                rows,
                dedup,
                enrichments,
                rollups,
                new StreamLayout(partitions));
    }

    /** The same, whose events come into the log as they were sent and stay readable there, and of which nothing is kept over time. */
    public StreamDefinition(
            String name,
            String file,
            String redisKey,
            int partitions,
            long maxDepth,
            WindowSettings window,
            Duration retention,
            IngestSettings ingest,
            List<Field> fields,
            @Nullable Field entity,
            @Nullable Field key,
            List<Counter> counters,
            List<RowTable> rows,
            Dedup dedup) {
        this(
                name,
                file,
                redisKey,
                partitions,
                maxDepth,
                window,
                retention,
                false,
                ingest,
                fields,
                entity,
                key,
                counters,
                rows,
                dedup,
                List.of(),
                Rollups.NONE);
    }

    /** The Redis key of one partition. A braced number is its hash tag, so that its keys share a cluster slot. */
    public String partitionKey(int partition) {
        return layout.key(redisKey, partition);
    }

    /** The field that holds who sent the request where an event does not say; null when there is none. */
    public @Nullable Field visitor() {
        for (Field field : fields) {
            if (field.defaultValue() instanceof Default.Visitor) {
                return field;
            }
        }
        return null;
    }

    /** Whether a field wants to know where a request came from. */
    public boolean asksForSender() {
        return fields.stream().anyMatch(field -> field.defaultValue() instanceof Default.OfRequest);
    }

    /** Whether a client's value of this field is none of the event's: it is computed. */
    public boolean isComputed(Field field) {
        return enrichments.stream().anyMatch(enrichment -> enrichment.outputs().containsValue(field));
    }

    /** The columns that {@link #rollups} keep over time; empty when nothing is. */
    public List<RollupMeasure> measures() {
        return rollups.isEmpty() ? List.of() : RollupMeasure.of(counters);
    }

    /** Whether a counter's column sums this field. */
    public boolean isSummed(Field field) {
        for (Counter counter : counters) {
            for (CounterColumn column : counter.columns()) {
                if (column.aggregate() == Aggregate.SUM && field.equals(column.field())) {
                    return true;
                }
            }
        }
        return false;
    }

    /**
     * The table that decides whether a keyed event is new: the first that takes every event and keeps its key. Null
     * when there is none, and Weir keeps the keys itself, as {@link #dedup} says. One that is divided into days can't
     * decide: a unique index reaches over one day only.
     */
    public @Nullable RowTable arbiter() {
        for (RowTable table : rows) {
            if (table.keepsEveryKey() && table.partition() == null) {
                return table;
            }
        }
        return null;
    }
}
