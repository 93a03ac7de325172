package io.weir.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.weir.query.RangePart;
import io.weir.query.Uniques;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An entity's numbers for each of some buckets: one for each of its columns. */
final class SeriesAnswer {
    private final RangePart part;
    private final List<String> columns;
    private final List<BigDecimal> total;
    private final Map<Instant, List<BigDecimal>> values = new LinkedHashMap<>();

    private SeriesAnswer(RangePart part, List<String> columns, List<BigDecimal> total) {
        this.part = part;
        this.columns = columns;
        this.total = total;
    }

    /** Sums, those that are not there being 0. */
    static SeriesAnswer ofSums(RangePart part, Map<Instant, BigDecimal> sums) {
        BigDecimal total = sums.values().stream().reduce(BigDecimal.ZERO, BigDecimal::add);
        SeriesAnswer answer = new SeriesAnswer(part, List.of("value"), List.of(total));
        part.beginnings().forEach(at -> answer.values.put(at, List.of(sums.getOrDefault(at, BigDecimal.ZERO))));
        return answer;
    }

    /** How many different values there were; over all buckets, each value counts once. */
    static SeriesAnswer ofSketches(RangePart part, Map<Instant, byte[]> sketches) {
        SeriesAnswer answer =
                new SeriesAnswer(part, List.of("estimate", "lower", "upper"), numbers(Uniques.of(sketches.values())));
        for (Instant at : part.beginnings()) {
            byte[] sketch = sketches.get(at);
            answer.values.put(at, numbers(Uniques.of(sketch == null ? List.of() : List.of(sketch))));
        }
        return answer;
    }

    private static List<BigDecimal> numbers(Uniques uniques) {
        return List.of(
                BigDecimal.valueOf(uniques.estimate()),
                BigDecimal.valueOf(uniques.lower()),
                BigDecimal.valueOf(uniques.upper()));
    }

    String json(String stream, String entity, String measure) {
        return JsonText.object(json -> {
            json.writeStringField("stream", stream);
            json.writeStringField("entity", entity);
            json.writeStringField("measure", measure);
            json.writeStringField("step", part.step().label());
            json.writeStringField("from", part.from().toString());
            json.writeStringField("to", part.to().toString());
            json.writeFieldName("total");
            if (columns.size() == 1) {
                number(json, total.getFirst());
            } else {
                json.writeStartObject();
                write(json, total);
                json.writeEndObject();
            }
            json.writeArrayFieldStart("buckets");
            for (Map.Entry<Instant, List<BigDecimal>> bucket : values.entrySet()) {
                json.writeStartObject();
                json.writeStringField("at", bucket.getKey().toString());
                write(json, bucket.getValue());
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }

    private void write(JsonGenerator json, List<BigDecimal> numbers) throws IOException {
        for (int i = 0; i < columns.size(); i++) {
            json.writeFieldName(columns.get(i));
            number(json, numbers.get(i));
        }
    }

    /** Without an exponent, which not every reader of integers takes. */
    static void number(JsonGenerator json, BigDecimal value) throws IOException {
        json.writeNumber(value.toPlainString());
    }

    String csv() {
        StringBuilder csv = new StringBuilder(1024);
        List<String> head = new ArrayList<>(List.of("at"));
        head.addAll(columns);
        QueryFormat.line(csv, head);
        values.forEach((at, numbers) -> {
            List<String> line = new ArrayList<>(List.of(at.toString()));
            numbers.forEach(number -> line.add(number.toPlainString()));
            QueryFormat.line(csv, line);
        });
        return csv.toString();
    }
}
