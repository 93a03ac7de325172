package io.weir.store;

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
import io.weir.definition.Rollups;
import io.weir.definition.RowColumn;
import io.weir.definition.RowTable;
import io.weir.definition.StreamDefinition;
import io.weir.definition.WindowSettings;
import io.weir.event.EntityDelta;
import io.weir.event.EntryId;
import io.weir.event.Event;
import io.weir.settings.StoreSettings;
import io.weir.testkit.PostgresForTests;
import io.weir.testkit.PostgresTestDatabase;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A database with a stream of page views and what is needed to write windows of it. */
final class StoreFixture implements AutoCloseable {
    static final Field PATH = field(0, "path", FieldType.TEXT);
    static final Field AT = field(1, "at", FieldType.TIMESTAMP);
    static final Field BYTES = field(2, "bytes", FieldType.LONG);
    static final Field STATUS = field(3, "status", FieldType.LONG);
    static final List<Field> FIELDS = List.of(PATH, AT, BYTES, STATUS);

    final PostgresTestDatabase database;
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    final Database weir;
    final StreamDefinition definition;
    private long entries;

    StoreFixture(StreamDefinition definition) {
        this(definition, PostgresForTests.freshDatabase());
    }

    StoreFixture(StreamDefinition definition, PostgresTestDatabase database) {
        this(definition, database, database.settings());
    }

    StoreFixture(StreamDefinition definition, PostgresTestDatabase database, StoreSettings settings) {
        this.definition = definition;
        this.database = database;
        this.weir = Database.open(settings, meters);
    }

    static Field field(int index, String name, FieldType type) {
        return new Field(index, name, type, false, new Default.None(), null, null, 2_048);
    }

    /** Counters of pages with rows in page_views, keyed. */
    static StreamDefinition pageViews() {
        return stream("page-views", List.of(pages(OnMissing.INSERT)), List.of(pageViewRows()));
    }

    /** Counters of pages alone. */
    static StreamDefinition pagesOnly(OnMissing onMissing) {
        return stream("pages", List.of(pages(onMissing)), List.of());
    }

    /** Counters of pages whose events count again after {@code ttl}. */
    static StreamDefinition countedOnce(Duration ttl) {
        return stream("once", List.of(pages(OnMissing.INSERT)), List.of(), new Dedup(List.of(PATH), ttl));
    }

    static StreamDefinition stream(String name, List<Counter> counters, List<RowTable> rows) {
        return stream(name, counters, rows, new Dedup(List.of(), Duration.ofDays(2)));
    }

    private static StreamDefinition stream(String name, List<Counter> counters, List<RowTable> rows, Dedup dedup) {
        return new StreamDefinition(
                name,
                "conf/streams/" + name + ".conf",
                name,
                1,
                1_000_000,
                new WindowSettings(1_000, 10_000, Duration.ofSeconds(1)),
                Duration.ofMinutes(15),
                new IngestSettings(null, Set.of(BodyForm.OBJECT), null),
                FIELDS,
                PATH,
                null,
                counters,
                rows,
                dedup);
    }

    /** Counters that are kept over time. */
    static StreamDefinition rolledUp(List<Counter> counters, List<RowTable> rows, Rollups rollups) {
        StreamDefinition plain = stream("rolled-up", counters, rows);
        return new StreamDefinition(
                plain.name(),
                plain.file(),
                plain.redisKey(),
                plain.partitions(),
                plain.maxDepth(),
                plain.window(),
                plain.retention(),
                plain.compress(),
                plain.ingest(),
                plain.fields(),
                plain.entity(),
                plain.key(),
                counters,
                rows,
                plain.dedup(),
                List.of(),
                rollups);
    }

    static Counter pages(OnMissing onMissing) {
        return new Counter(
                "pages",
                "path",
                onMissing,
                List.of(
                        new CounterColumn("views", Aggregate.COUNT, null),
                        new CounterColumn("bytes", Aggregate.SUM, BYTES),
                        new CounterColumn("last_viewed", Aggregate.MAX, AT)));
    }

    static RowTable pageViewRows() {
        return new RowTable(
                "page_views",
                List.of(
                        new RowColumn("event_key", new ColumnSource.Key()),
                        new RowColumn("path", new ColumnSource.OfField(PATH)),
                        new RowColumn("status", new ColumnSource.OfField(STATUS)),
                        new RowColumn("bytes", new ColumnSource.OfField(BYTES)),
                        new RowColumn("viewed_at", new ColumnSource.OfField(AT))),
                null);
    }

    PartitionStore store() throws SQLException {
        SchemaCheck.Result check = weir.check(List.of(definition));
        if (!check.faults().isEmpty()) {
            throw new IllegalStateException(check.faults().toString());
        }
        return weir.partitionStore(definition, 0, check.catalog());
    }

    /** An event in an entry of its own, after all earlier ones. */
    Event view(@Nullable String key, String path, @Nullable Long bytes) {
        EntryId entry = new EntryId(1_700_000_000_000L + ++entries, 0);
        return new Event(
                entry,
                0,
                new @Nullable Object[] {path, entry.millis() * 1_000, bytes, 200L},
                key,
                ("{\"path\":\"" + path + "\"}").getBytes(StandardCharsets.UTF_8));
    }

    WindowCommit window(long epoch, EntryId from, List<Event> events) {
        return window(epoch, from, events, List.of());
    }

    WindowCommit window(long epoch, EntryId from, List<Event> events, List<DeadLetter> deadLetters) {
        EntryId to = events.isEmpty()
                ? new EntryId(1_700_000_000_000L + ++entries, 0)
                : events.getLast().entryId();
        return new WindowCommit(
                epoch, windows(), from, to, 0, events, deadLetters, EntityDelta.fold(definition, events));
    }

    /** How many windows are committed. */
    long windows() {
        try {
            List<String> windows = database.query("SELECT windows FROM stream_cursor WHERE partition = 0");
            return windows.isEmpty() ? 0 : Long.parseLong(windows.getFirst());
        } catch (SQLException problem) {
            throw new IllegalStateException(problem);
        }
    }

    List<String> pages() throws SQLException {
        return database.query("SELECT path, views, bytes FROM pages ORDER BY path");
    }

    @Override
    public void close() {
        weir.close();
    }
}
