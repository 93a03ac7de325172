package io.weir.simulation;

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
import io.weir.event.EventReader;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** The streams of the simulation and its times, which stand in the same order as those of the defaults. */
final class SimulatedStream {
    static final Duration TRIM_INTERVAL = Duration.ofMillis(10);
    static final Duration RETENTION = Duration.ofMillis(40);
    static final Duration KEYED_REWIND = Duration.ofMillis(60);
    /** How far a promoted replica's clock may be behind; within the rewind and the retention. */
    static final int MAX_CLOCK_LAG_MILLIS = 30;
    /** How far a standby may be behind; within the retention. */
    static final int MAX_STANDBY_LAG_MILLIS = 30;

    static final int NUMBER_FIELD = 2;

    /** Without rows; when its events have keys, Weir keeps them. */
    static final StreamDefinition WITHOUT_ROWS = definition(List.of());
    /** Its rows keep the keys. */
    static final StreamDefinition WITH_KEYED_ROWS = definition(
            List.of(new RowTable("click_rows", List.of(new RowColumn("event_key", new ColumnSource.Key())), null)));

    private static final EventReader READER_WITHOUT_ROWS = new EventReader(WITHOUT_ROWS);
    private static final EventReader READER_WITH_KEYED_ROWS = new EventReader(WITH_KEYED_ROWS);

    private SimulatedStream() {}

    static EventReader reader(StreamDefinition definition) {
        return definition.equals(WITH_KEYED_ROWS) ? READER_WITH_KEYED_ROWS : READER_WITHOUT_ROWS;
    }

    private static StreamDefinition definition(List<RowTable> rows) {
        Field link = new Field(0, "link", FieldType.TEXT, true, new Default.None(), null, null, 100);
        Field count = new Field(1, "count", FieldType.LONG, false, new Default.Fixed(1L), null, null, 0);
        Field number = new Field(NUMBER_FIELD, "number", FieldType.LONG, true, new Default.None(), null, null, 0);
        return new StreamDefinition(
                "clicks",
                "clicks.conf",
                "clicks",
                1,
                1000,
                new WindowSettings(3, 6, Duration.ofMillis(5)),
                RETENTION,
                new IngestSettings(null, Set.of(BodyForm.OBJECT), null),
                List.of(link, count, number),
                link,
                null,
                List.of(new Counter(
                        "links", "id", OnMissing.INSERT, List.of(new CounterColumn("clicks", Aggregate.SUM, count)))),
                rows,
                new Dedup(List.of(), Duration.ofDays(2)));
    }
}
