package io.weir;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.weir.cluster.ClusterNode;
import io.weir.definition.RollupMeasure;
import io.weir.definition.RollupStep;
import io.weir.definition.StreamDefinition;
import io.weir.live.Nodes;
import io.weir.pipeline.PartitionStatus;
import io.weir.settings.DashboardSettings;
import io.weir.store.LedgerStore;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.DispatcherSelector;
import org.jspecify.annotations.Nullable;

/** What the dashboard shows of all nodes, as JSON. What Redis and the database have to be asked for is the last known. */
final class LiveFigures {
    private static final JsonFactory FACTORY = new JsonFactory();

    private interface Writing {
        void to(JsonGenerator json) throws IOException;
    }

    private final ServerParts parts;
    private final List<PartitionStatus> statuses;
    private final Nodes nodes;
    private final Duration nodeTimeout;
    private final LastKnown<String> ledger;
    private final LastKnown<List<LedgerStore.Position>> positions;

    LiveFigures(
            ServerParts parts, List<PartitionStatus> statuses, Nodes nodes, Supplier<CompletionStage<String>> ledger) {
        this.parts = parts;
        this.statuses = statuses;
        this.nodes = nodes;
        DashboardSettings settings = DashboardSettings.from(parts.weir());
        this.nodeTimeout = settings.nodeTimeout();
        this.ledger = new LastKnown<>(ledger, settings.ledgerInterval());
        this.positions = new LastKnown<>(this::readPositions, settings.interval());
    }

    /** All of it, in one line. Never fails. */
    CompletionStage<String> snapshot() {
        return nodes.ask(nodeTimeout)
                .thenApply(told -> text(json -> {
                    json.writeNumberField("at", System.currentTimeMillis());
                    json.writeStringField("node", ClusterNode.address(parts.system()));
                    json.writeFieldName("ledger");
                    json.writeRawValue(String.valueOf(ledger.get()));
                    NodesJson all = new NodesJson(told);
                    all.write(json, ClusterNode.members(parts.system()));
                    json.writeArrayFieldStart("streams");
                    for (StreamDefinition definition : parts.definitions()) {
                        write(json, definition, all);
                    }
                    json.writeEndArray();
                }));
    }

    /** How each node is, in one line. Never fails. */
    CompletionStage<String> members() {
        return nodes.ask(nodeTimeout)
                .thenApply(told -> text(json -> new NodesJson(told).write(json, ClusterNode.members(parts.system()))));
    }

    private static String text(Writing members) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(text)) {
            json.writeStartObject();
            members.to(json);
            json.writeEndObject();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return text.toString();
    }

    private void write(JsonGenerator json, StreamDefinition definition, NodesJson all) throws IOException {
        json.writeStartObject();
        json.writeStringField("stream", definition.name());
        json.writeNumberField("maxDepth", definition.maxDepth());
        all.writeStream(json, definition.name());
        if (!definition.rollups().isEmpty()) {
            writeRollups(json, definition);
        }
        json.writeArrayFieldStart("partitions");
        for (PartitionStatus status : statuses) {
            if (status.stream().equals(definition.name())) {
                write(json, definition.name(), status.partition(), all);
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

    /** Of one that no node tells of there is only what the database holds. */
    private void write(JsonGenerator json, String stream, int partition, NodesJson all) throws IOException {
        json.writeStartObject();
        json.writeNumberField("partition", partition);
        all.writePartition(json, stream, partition);
        @Nullable List<LedgerStore.Position> known = positions.get();
        if (known != null) {
            for (LedgerStore.Position position : known) {
                if (position.partition() == partition && position.stream().equals(stream)) {
                    json.writeNumberField("epoch", position.epoch());
                    json.writeStringField("owner", position.owner());
                    json.writeStringField("cursor", position.cursor());
                }
            }
        }
        json.writeEndObject();
    }

    private CompletionStage<List<LedgerStore.Position>> readPositions() {
        return CompletableFuture.supplyAsync(
                () -> parts.database().ledger().positions(),
                parts.system().dispatchers().lookup(DispatcherSelector.fromConfig("weir.admin-dispatcher")));
    }
}
