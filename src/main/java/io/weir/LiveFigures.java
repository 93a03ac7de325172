package io.weir;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import io.weir.cluster.ClusterNode;
import io.weir.definition.RollupMeasure;
import io.weir.definition.RollupStep;
import io.weir.definition.StreamDefinition;
import io.weir.ops.Health;
import io.weir.ops.HealthReport;
import io.weir.pipeline.PartitionStatus;
import io.weir.settings.DashboardSettings;
import io.weir.store.LedgerStore;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.jspecify.annotations.Nullable;

/** What the dashboard shows, as JSON. Figures of memory are those of the moment; what has to be asked for is the last known. */
final class LiveFigures {
    private static final JsonFactory FACTORY = new JsonFactory();

    private final ServerParts parts;
    private final List<PartitionStatus> statuses;
    private final Health health;
    private final Supplier<String> alerts;
    private final LastKnown<String> ledger;
    private final LastKnown<List<LedgerStore.Position>> positions;
    private volatile @Nullable HealthReport report;

    LiveFigures(
            ServerParts parts,
            List<PartitionStatus> statuses,
            Health health,
            Supplier<String> alerts,
            Supplier<CompletionStage<String>> ledger) {
        this.parts = parts;
        this.statuses = statuses;
        this.health = health;
        this.alerts = alerts;
        DashboardSettings settings = DashboardSettings.from(parts.weir());
        this.ledger = new LastKnown<>(ledger, settings.ledgerInterval());
        this.positions = new LastKnown<>(this::readPositions, settings.interval());
    }

    /** One line. Does not block. */
    String snapshot() {
        var _ = health.report().thenAccept(known -> report = known);
        StringWriter text = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(text)) {
            json.writeStartObject();
            json.writeNumberField("at", System.currentTimeMillis());
            json.writeStringField("node", ClusterNode.address(parts.system()));
            HealthReport known = report;
            if (known != null) {
                json.writeBooleanField("redis", known.redis());
                json.writeBooleanField("database", known.database());
            }
            json.writeFieldName("alerts");
            json.writeRawValue(alerts.get());
            json.writeFieldName("ledger");
            json.writeRawValue(String.valueOf(ledger.get()));
            writeMembers(json);
            json.writeArrayFieldStart("streams");
            for (StreamDefinition definition : parts.definitions()) {
                write(json, definition);
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return text.toString();
    }

    private void writeMembers(JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("members");
        for (ClusterNode.Node node : ClusterNode.members(parts.system())) {
            json.writeStartObject();
            json.writeStringField("address", node.address());
            json.writeStringField("status", node.status());
            json.writeBooleanField("reachable", node.reachable());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void write(JsonGenerator json, StreamDefinition definition) throws IOException {
        String stream = definition.name();
        json.writeStartObject();
        json.writeStringField("stream", stream);
        json.writeNumberField("accepted", count("weir.log.appended", stream));
        json.writeNumberField(
                "committed",
                count("weir.store.applied", stream)
                        + count("weir.store.deduplicated", stream)
                        + count("weir.store.dead.letters", stream));
        json.writeNumberField("depth", parts.eventLog().depthHere(definition));
        json.writeNumberField("maxDepth", definition.maxDepth());
        Timer flushes = parts.meters()
                .find("weir.store.transaction")
                .tag("stream", stream)
                .timer();
        json.writeNumberField("flushes", flushes == null ? 0 : flushes.count());
        json.writeNumberField("flushMillis", flushes == null ? 0 : flushes.totalTime(TimeUnit.MILLISECONDS));
        json.writeNumberField("lagMillis", StreamFigures.lagMillis(parts, statuses, definition));
        if (!definition.rollups().isEmpty()) {
            writeRollups(json, definition);
        }
        json.writeArrayFieldStart("partitions");
        for (PartitionStatus status : statuses) {
            if (status.stream().equals(stream)) {
                write(json, status);
            }
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    /** What the page may ask of the stream's course over time. */
    private static void writeRollups(JsonGenerator json, StreamDefinition definition) throws IOException {
        json.writeObjectFieldStart("rollups");
        json.writeArrayFieldStart("measures");
        for (RollupMeasure measure : definition.measures()) {
            json.writeString(measure.name());
        }
        json.writeEndArray();
        json.writeArrayFieldStart("steps");
        for (RollupStep step : definition.rollups().steps()) {
            json.writeString(step.label());
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void write(JsonGenerator json, PartitionStatus status) throws IOException {
        json.writeStartObject();
        json.writeNumberField("partition", status.partition());
        json.writeNumberField("uncommitted", status.uncommittedEvents());
        json.writeBooleanField("stopped", status.stoppedReason() != null);
        json.writeStringField("trouble", status.trouble());
        List<LedgerStore.Position> known = positions.get();
        if (known != null) {
            for (LedgerStore.Position position : known) {
                if (position.partition() == status.partition()
                        && position.stream().equals(status.stream())) {
                    json.writeNumberField("epoch", position.epoch());
                    json.writeStringField("owner", position.owner());
                    json.writeStringField("cursor", position.cursor());
                }
            }
        }
        json.writeEndObject();
    }

    private long count(String meter, String stream) {
        return Math.round(parts.meters().find(meter).tag("stream", stream).counters().stream()
                .mapToDouble(Counter::count)
                .sum());
    }

    private CompletionStage<List<LedgerStore.Position>> readPositions() {
        return CompletableFuture.supplyAsync(
                () -> parts.database().ledger().positions(),
                parts.system().dispatchers().lookup(DispatcherSelector.fromConfig("weir.admin-dispatcher")));
    }
}
