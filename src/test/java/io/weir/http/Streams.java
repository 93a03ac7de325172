package io.weir.http;

import io.weir.definition.Aggregate;
import io.weir.definition.BodyForm;
import io.weir.definition.ColumnSource;
import io.weir.definition.Counter;
import io.weir.definition.CounterColumn;
import io.weir.definition.Dedup;
import io.weir.definition.Default;
import io.weir.definition.Field;
import io.weir.definition.FieldType;
import io.weir.definition.IngestSettings;
import io.weir.definition.OnMissing;
import io.weir.definition.RowColumn;
import io.weir.definition.RowTable;
import io.weir.definition.StreamDefinition;
import io.weir.definition.WindowSettings;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Definitions for the tests of this package. */
final class Streams {
    private Streams() {}

    static final Field LINK = field(0, "linkId", FieldType.TEXT);
    static final Field TIME = field(1, "timestamp", FieldType.TIMESTAMP);
    static final Field COUNT = field(2, "count", FieldType.LONG);
    static final Field NUMBER = field(0, "number", FieldType.LONG);

    private static final List<Counter> COUNTERS = List.of(new Counter(
            "links",
            "id",
            OnMissing.INSERT,
            List.of(
                    new CounterColumn("clicks", Aggregate.SUM, COUNT),
                    new CounterColumn("last_clicked", Aggregate.MAX, TIME))));

    /** Counts clicks in two partitions, takes every JSON form, keeps no keys. */
    static StreamDefinition clicks() {
        return stream(
                "clicks",
                new IngestSettings("/clicks", Set.of(BodyForm.OBJECT, BodyForm.ARRAY, BodyForm.NDJSON), null),
                LINK,
                COUNTERS,
                List.of());
    }

    /** Keeps rows with their keys, takes access logs and nothing else. */
    static StreamDefinition views() {
        return stream(
                "views",
                new IngestSettings(null, Set.of(BodyForm.ACCESS_LOG), null),
                null,
                List.of(),
                List.of(new RowTable("views", List.of(new RowColumn("id", new ColumnSource.Key())), null)));
    }

    /** Takes envelopes and single objects. */
    static StreamDefinition sessions() {
        return stream(
                "sessions",
                new IngestSettings("/track", Set.of(BodyForm.ENVELOPE, BodyForm.OBJECT), "events"),
                null,
                List.of(),
                List.of());
    }

    /** Takes access logs and JSON. */
    static StreamDefinition mixed() {
        return stream(
                "mixed",
                new IngestSettings(null, Set.of(BodyForm.ACCESS_LOG, BodyForm.OBJECT, BodyForm.ARRAY), null),
                null,
                List.of(),
                List.of());
    }

    /** Counts for whole numbers. */
    static StreamDefinition numbers() {
        return stream("numbers", new IngestSettings(null, Set.of(BodyForm.OBJECT), null), NUMBER, COUNTERS, List.of());
    }

    static List<StreamDefinition> all() {
        return List.of(clicks(), views(), sessions(), numbers(), mixed());
    }

    private static StreamDefinition stream(
            String name, IngestSettings ingest, @Nullable Field entity, List<Counter> counters, List<RowTable> rows) {
        return new StreamDefinition(
                name,
                "test.conf",
                name,
                name.equals("clicks") ? 2 : 1,
                1_000,
                new WindowSettings(100, 1_000, Duration.ofSeconds(1)),
                Duration.ofMinutes(1),
                ingest,
                name.equals("numbers") ? List.of(NUMBER, TIME, COUNT) : List.of(LINK, TIME, COUNT),
                entity,
                null,
                counters,
                rows,
                new Dedup(List.of(), Duration.ofDays(2)));
    }

    private static Field field(int index, String name, FieldType type) {
        return new Field(index, name, type, false, new Default.None(), null, null, 2_048);
    }
}
