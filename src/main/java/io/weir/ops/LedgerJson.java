package io.weir.ops;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;

/** Writes a ledger as JSON; docs/http-api.md describes it. */
public final class LedgerJson {
    private static final JsonFactory FACTORY = new JsonFactory();

    private LedgerJson() {}

    public static String render(Ledger ledger) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(text)) {
            write(ledger, json);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return text.toString();
    }

    /** Writes a ledger as one object. */
    public static void write(Ledger ledger, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeBooleanField("balanced", ledger.isBalanced());
        json.writeStringField("asOf", ledger.asOf().toString());
        json.writeArrayFieldStart("streams");
        for (Ledger.Stream stream : ledger.streams()) {
            json.writeStartObject();
            json.writeStringField("stream", stream.name());
            json.writeBooleanField("balanced", stream.isBalanced());
            json.writeNumberField("accepted", stream.sum(Ledger.Partition::accepted));
            json.writeNumberField("committed", stream.sum(Ledger.Partition::committed));
            json.writeNumberField("deduplicated", stream.sum(Ledger.Partition::deduplicated));
            json.writeNumberField("filtered", stream.sum(Ledger.Partition::filtered));
            json.writeNumberField("deadLettered", stream.sum(Ledger.Partition::deadLettered));
            json.writeNumberField("depth", stream.sum(Ledger.Partition::depth));
            json.writeNumberField(
                    "missingEntries",
                    stream.sum(partition -> partition.entries().missing()));
            json.writeNumberField("missingEvents", stream.sum(Ledger.Partition::missingEvents));
            json.writeArrayFieldStart("partitions");
            for (Ledger.Partition partition : stream.partitions()) {
                write(partition, json);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void write(Ledger.Partition partition, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeNumberField("partition", partition.number());
        json.writeStringField("cursor", partition.cursor());
        json.writeNumberField("accepted", partition.accepted());
        json.writeNumberField("committed", partition.committed());
        json.writeNumberField("deduplicated", partition.deduplicated());
        json.writeNumberField("filtered", partition.filtered());
        json.writeNumberField("deadLettered", partition.deadLettered());
        json.writeNumberField("depth", partition.depth());
        Ledger.Entries entries = partition.entries();
        json.writeObjectFieldStart("entries");
        json.writeNumberField("added", entries.added());
        json.writeNumberField("committed", entries.committed());
        json.writeNumberField("waiting", entries.waiting());
        json.writeNumberField("missing", entries.missing());
        json.writeEndObject();
        Ledger.Door door = partition.door();
        if (door != null) {
            json.writeObjectFieldStart("thisProcess");
            json.writeStringField("since", door.since().toString());
            json.writeNumberField("accepted", door.accepted());
            json.writeNumberField("recorded", door.recorded());
            json.writeNumberField("missing", door.missing());
            json.writeEndObject();
        }
        json.writeArrayFieldStart("baselines");
        for (Ledger.Baseline baseline : partition.baselines()) {
            json.writeStartObject();
            json.writeStringField("takenAt", baseline.takenAt().toString());
            json.writeStringField("reason", baseline.reason());
            json.writeStringField("cursor", baseline.cursor());
            json.writeNumberField("missingEntries", baseline.missingEntries());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }
}
