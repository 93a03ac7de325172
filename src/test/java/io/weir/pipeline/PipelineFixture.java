package io.weir.pipeline;

import com.typesafe.config.ConfigValueFactory;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
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
import io.weir.event.EntryId;
import io.weir.event.Event;
import io.weir.event.EventReader;
import io.weir.log.LogEntry;
import io.weir.log.LogItem;
import io.weir.settings.Configuration;
import io.weir.settings.PipelineSettings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the tests of the pipeline's actors share: a small stream, its entries, and stubs around it. */
final class PipelineFixture {
    static final int MAX_EVENTS = 10;
    static final int MAX_EVENTS_BEHIND = 40;
    static final Duration MAX_DELAY = Duration.ofSeconds(1);

    private PipelineFixture() {}

    /** Clicks: entity {@code link}, counter {@code links.clicks = sum(count)}. */
    static StreamDefinition clicks() {
        return definition(List.of());
    }

    /** Clicks with raw rows that keep the event's key. */
    static StreamDefinition keyedClicks() {
        return definition(
                List.of(new RowTable("click_rows", List.of(new RowColumn("event_key", new ColumnSource.Key())), null)));
    }

    /** A stream whose events go to the database while Redis is away, or always. */
    static StreamDefinition pastRedis(boolean redis, boolean fallback) {
        return definition(List.of(), new IngestSettings(null, Set.of(BodyForm.OBJECT), null, redis, fallback));
    }

    static StreamDefinition withRows(List<RowTable> rows) {
        return definition(rows);
    }

    private static StreamDefinition definition(List<RowTable> rows) {
        return definition(rows, new IngestSettings(null, Set.of(BodyForm.OBJECT), null));
    }

    private static StreamDefinition definition(List<RowTable> rows, IngestSettings ingest) {
        Field link = new Field(0, "link", FieldType.TEXT, true, new Default.None(), null, null, 100);
        Field count = new Field(1, "count", FieldType.LONG, false, new Default.Fixed(1L), null, null, 0);
        return new StreamDefinition(
                "clicks",
                "clicks.conf",
                "clicks",
                1,
                1000,
                new WindowSettings(MAX_EVENTS, MAX_EVENTS_BEHIND, MAX_DELAY),
                Duration.ofSeconds(10),
                ingest,
                List.of(link, count),
                link,
                null,
                List.of(new Counter(
                        "links", "id", OnMissing.INSERT, List.of(new CounterColumn("clicks", Aggregate.SUM, count)))),
                rows,
                new Dedup(List.of(), Duration.ofDays(2)));
    }

    /** Without a pause between reads: most tests stop the time. */
    static PartitionContext context(StreamDefinition definition, StubLog log, StubStore store) {
        return context(definition, log, store, "read-pause", Duration.ZERO);
    }

    /** With one of the settings in {@code weir.pipeline} that is not as usual. */
    static PartitionContext context(
            StreamDefinition definition, StubLog log, StubStore store, String setting, Object value) {
        MeterRegistry meters = new SimpleMeterRegistry();
        return new PartitionContext(
                definition,
                0,
                "test",
                log,
                log,
                store,
                new EventReader(definition),
                PipelineSettings.from(Configuration.load(Path.of("no-such-file"))
                        .getConfig("weir")
                        .withValue("pipeline." + setting, ConfigValueFactory.fromAnyRef(value))),
                new PartitionStatus(definition.name(), 0),
                meters,
                new EntryDelays(meters, definition.name()));
    }

    static EntryId id(long millis) {
        return new EntryId(millis, 0);
    }

    /** An entry with one event per link, each counting one. */
    static LogEntry entry(long millis, String... links) {
        List<LogItem> items = new ArrayList<>();
        for (String link : links) {
            items.add(item("{\"link\":\"" + link + "\",\"count\":1}"));
        }
        return new LogEntry(id(millis), items);
    }

    static LogItem item(String json) {
        return new LogItem(LogItem.Kind.EVENT, json.getBytes(StandardCharsets.UTF_8));
    }

    static Event event(StreamDefinition definition, long millis, String link, long count) {
        @Nullable Object[] values = {link, count};
        return new Event(id(millis), 0, values, null, new byte[0]);
    }
}
