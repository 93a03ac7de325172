package io.weir.definition;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import io.weir.settings.Environment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PresetsTest {
    private static Map<String, StreamDefinition> presets() throws IOException {
        return presets(Map.of());
    }

    private static Map<String, StreamDefinition> presets(Map<String, String> environment) throws IOException {
        List<DefinitionParser.Source> sources = new ArrayList<>();
        try (Stream<Path> files = Files.list(Path.of("conf/streams"))) {
            for (Path file : files.sorted().toList()) {
                ConfigParseOptions named = ConfigParseOptions.defaults().setOriginDescription(file.toString());
                Config parsed = ConfigFactory.parseString(Files.readString(file), named);
                sources.add(new DefinitionParser.Source(file.toString(), Environment.resolve(parsed, environment)));
            }
        }
        DefinitionParser.Parsed parsed = DefinitionParser.parse(
                sources, ConfigFactory.parseResources("defaults.conf").getConfig("weir.stream-defaults"));
        assertThat(parsed.faults()).isEmpty();
        Map<String, StreamDefinition> byName = new HashMap<>();
        parsed.definitions().forEach(definition -> byName.put(definition.name(), definition));
        return byName;
    }

    private static StreamDefinition preset(String name) throws IOException {
        return Objects.requireNonNull(presets().get(name));
    }

    @Test
    void theStreamsThatShipStandBesideEachOther() throws IOException {
        assertThat(presets().keySet())
                .contains("link-clicks", "project-usage", "session-events", "collect", "page-views");
    }

    @Test
    void viewsTakeTheirTimesAndTheirWayFromTheEnvironment() throws IOException {
        StreamDefinition usual = preset("story-views");
        assertThat(usual.dedup().window()).isEqualTo(Duration.ofHours(24));
        assertThat(usual.dedup().fields()).extracting(Field::name).containsExactly("storyId", "userId");
        assertThat(usual.window().maxDelay()).isEqualTo(Duration.ofSeconds(1));
        assertThat(usual.ingest().redis()).isTrue();
        assertThat(usual.ingest().fallback()).isTrue();
        assertThat(usual.rollups().steps()).containsExactly(RollupStep.HOUR, RollupStep.DAY);
        assertThat(usual.ingest().isEntityPath()).isTrue();

        StreamDefinition changed = Objects.requireNonNull(presets(Map.of(
                        "VIEW_DEDUP_TTL_HOURS", "12",
                        "VIEW_SYNC_INTERVAL_HOURS", "2",
                        "VIEW_SYNC_CRON", "0 2,14 * * *",
                        "VIEW_TRACKING_REDIS_ENABLED", "false"))
                .get("chapter-views"));
        assertThat(changed.dedup().window()).isEqualTo(Duration.ofHours(12));
        assertThat(changed.window().maxDelay()).isEqualTo(Duration.ofHours(2));
        assertThat(changed.window().schedule()).hasToString("0 2,14 * * *");
        assertThat(changed.ingest().redis()).isFalse();
    }

    @Test
    void sessionsTakeTheirWorkersAndBatchesFromTheEnvironment() throws IOException {
        StreamDefinition usual = preset("session-events");
        assertThat(usual.redisKey()).isEqualTo("events:stream");
        assertThat(usual.partitions()).isEqualTo(5);
        assertThat(usual.window().maxEvents()).isEqualTo(100);
        assertThat(usual.window().maxDelay()).isEqualTo(Duration.ofSeconds(1));

        StreamDefinition changed = Objects.requireNonNull(presets(Map.of(
                        "QUEUE_WORKER_COUNT", "3",
                        "QUEUE_BATCH_SIZE", "50",
                        "QUEUE_PROCESS_INTERVAL", "2000"))
                .get("session-events"));
        assertThat(changed.partitions()).isEqualTo(3);
        assertThat(changed.window().maxEvents()).isEqualTo(50);
        assertThat(changed.window().maxDelay()).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void everyPartOfADefinitionIsReadAsItStandsThere() throws IOException {
        StreamDefinition clicks = preset("link-clicks");

        assertThat(clicks.redisKey()).isEqualTo("link-click-updates");
        assertThat(clicks.partitionKey(0)).isEqualTo("link-click-updates");
        assertThat(clicks.file()).isEqualTo("conf/streams/link-clicks.conf");
        assertThat(clicks.maxDepth()).isEqualTo(1_000_000);
        assertThat(clicks.window())
                .isEqualTo(new WindowSettings(1000, 10_000, Duration.ofSeconds(1), Duration.ofSeconds(1), null));
        assertThat(clicks.retention()).isEqualTo(Duration.ofMinutes(15));
        assertThat(clicks.compress()).as("other tools read this stream").isFalse();
        assertThat(clicks.ingest().path()).isEqualTo("/api/v1/clicks");
        assertThat(clicks.ingest().forms()).containsOnly(BodyForm.OBJECT, BodyForm.ARRAY, BodyForm.NDJSON);
        assertThat(clicks.fields())
                .containsExactly(
                        new Field(0, "linkId", FieldType.TEXT, true, new Default.None(), null, null, 128),
                        new Field(
                                1,
                                "timestamp",
                                FieldType.TIMESTAMP,
                                false,
                                new Default.Now(),
                                null,
                                null,
                                Integer.MAX_VALUE),
                        new Field(
                                2,
                                "count",
                                FieldType.LONG,
                                false,
                                new Default.Fixed(1L),
                                1L,
                                1_000_000L,
                                Integer.MAX_VALUE));
        assertThat(clicks.entity()).isEqualTo(clicks.fields().getFirst());
        assertThat(clicks.counters())
                .containsExactly(new Counter(
                        "links",
                        "id",
                        OnMissing.INSERT,
                        List.of(
                                new CounterColumn(
                                        "clicks", Aggregate.SUM, clicks.fields().get(2)),
                                new CounterColumn(
                                        "last_clicked",
                                        Aggregate.MAX,
                                        clicks.fields().get(1)))));
        assertThat(clicks.isSummed(clicks.fields().get(2))).isTrue();
        assertThat(clicks.isSummed(clicks.fields().get(1))).isFalse();
    }

    @Test
    void sessionsArePartitionedAndKeyed() throws IOException {
        StreamDefinition sessions = preset("session-events");

        assertThat(sessions.partitionKey(4)).isEqualTo("events:stream:{4}");
        assertThat(sessions.ingest())
                .isEqualTo(new IngestSettings("/api/v1/track", java.util.Set.of(BodyForm.ENVELOPE), "events"));
        assertThat(Objects.requireNonNull(sessions.key()).name()).isEqualTo("event_id");
        assertThat(Objects.requireNonNull(sessions.arbiter()).table()).isEqualTo("session_events");
    }

    @Test
    void collectedEventsGoToTheTablesThatTheyMeet() throws IOException {
        StreamDefinition collect = preset("collect");
        Object[] values = new Object[collect.fields().size()];
        for (Field field : collect.fields()) {
            if (field.name().equals("platform")) {
                values[field.index()] = "web";
            } else if (field.name().equals("country")) {
                values[field.index()] = "DE";
            }
        }

        assertThat(collect.rows().stream()
                        .filter(table -> table.when() == null || table.when().holds(values))
                        .map(RowTable::table))
                .containsExactly("events", "web_events", "geo_events");
        assertThat(collect.arbiter()).as("tables of days can't decide").isNull();
        assertThat(collect.dedup().window()).isEqualTo(Duration.ofDays(7));
        assertThat(collect.rows())
                .extracting(RowTable::partition)
                .containsOnly(new DayPartitioning("occurred_at", null, 3))
                .hasSize(5);
    }
}
