package io.weir.pipeline;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.weir.ops.Ledger;
import io.weir.ops.LedgerJson;
import io.weir.ops.LedgerText;
import io.weir.store.CounterComparison;
import io.weir.store.CounterVerifier;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** A ledger with the counters compared with their rows, as {@code weir verify} shows it. */
public record Verification(Ledger ledger, List<CounterComparison> counters) {
    private static final JsonFactory FACTORY = new JsonFactory();

    public Verification {
        counters = List.copyOf(counters);
    }

    /**
     * Reads the ledger and compares the counters.
     *
     * @param stream the name of the only stream to look at; null for all
     */
    public static CompletionStage<Verification> take(
            LedgerKeeper ledger, CounterVerifier verifier, @Nullable String stream, Executor jdbcExecutor) {
        return ledger.read(stream)
                .thenCombine(
                        CompletableFuture.supplyAsync(() -> Jdbc.call(() -> verifier.verify(stream)), jdbcExecutor),
                        Verification::new);
    }

    public boolean isGood() {
        return ledger.isBalanced() && counters.stream().allMatch(counter -> counter.drifts() == 0);
    }

    /** As JSON; docs/http-api.md describes it. */
    public String toJson() {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(text)) {
            json.writeStartObject();
            json.writeBooleanField("good", isGood());
            json.writeFieldName("ledger");
            LedgerJson.write(ledger, json);
            json.writeArrayFieldStart("counters");
            for (CounterComparison counter : counters) {
                write(counter, json);
            }
            json.writeEndArray();
            json.writeStringField("report", toText());
            json.writeEndObject();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return text.toString();
    }

    private static void write(CounterComparison counter, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("stream", counter.stream());
        json.writeStringField("table", counter.table());
        json.writeStringField("rows", counter.rows());
        writeTexts("columns", counter.columns(), json);
        writeTexts("notCompared", counter.notCompared(), json);
        json.writeNumberField("entities", counter.entities());
        json.writeNumberField("drifts", counter.drifts());
        json.writeArrayFieldStart("drift");
        for (CounterComparison.Drift drift : counter.described()) {
            json.writeStartObject();
            json.writeStringField("entity", drift.entity());
            json.writeStringField("column", drift.column());
            json.writeStringField("counter", drift.counter());
            json.writeStringField("rows", drift.rows());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void writeTexts(String name, List<String> texts, JsonGenerator json) throws IOException {
        json.writeArrayFieldStart(name);
        for (String text : texts) {
            json.writeString(text);
        }
        json.writeEndArray();
    }

    /** For a person: one line for each stream, each counter and each difference. */
    String toText() {
        StringBuilder text = new StringBuilder(LedgerText.render(ledger));
        for (CounterComparison counter : counters) {
            text.append(counter.stream()).append(' ').append(counter.table()).append(": ");
            if (counter.rows() == null) {
                text.append("not compared: ")
                        .append(String.join("; ", counter.notCompared()))
                        .append('\n');
                continue;
            }
            text.append(String.format(
                    Locale.ROOT,
                    "%s of %,d entities compared with %s: %s%n",
                    String.join(", ", counter.columns()),
                    counter.entities(),
                    counter.rows(),
                    counter.drifts() == 0 ? "equal" : String.format(Locale.ROOT, "%,d DIFFERENCES", counter.drifts())));
            counter.notCompared()
                    .forEach(reason ->
                            text.append("  not compared: ").append(reason).append('\n'));
            for (CounterComparison.Drift drift : counter.described()) {
                text.append(String.format(
                        Locale.ROOT,
                        "  %s %s: counter %s, rows %s%n",
                        drift.entity(),
                        drift.column(),
                        drift.counter(),
                        drift.rows()));
            }
            if (counter.drifts() > counter.described().size()) {
                text.append(String.format(
                        Locale.ROOT,
                        "  and %,d more%n",
                        counter.drifts() - counter.described().size()));
            }
        }
        return text.toString();
    }
}
