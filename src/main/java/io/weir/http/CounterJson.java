package io.weir.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.weir.definition.Aggregate;
import io.weir.definition.Counter;
import io.weir.definition.CounterColumn;
import io.weir.definition.FieldType;
import io.weir.definition.StreamDefinition;
import io.weir.live.LiveCounts;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Renders an entity's counters as JSON. */
final class CounterJson {
    private CounterJson() {}

    /** {@code {"stream":…,"entity":…,"asOf":…,"counters":{table:{column:{"committed":…,"pending":…,"total":…}}}}}. */
    static String render(StreamDefinition definition, String entity, LiveCounts.Found counts) {
        return JsonText.object(json -> {
            json.writeStringField("stream", definition.name());
            json.writeStringField("entity", entity);
            json.writeStringField("asOf", counts.asOf().toString());
            json.writeObjectFieldStart("counters");
            for (int i = 0; i < definition.counters().size(); i++) {
                Counter counter = definition.counters().get(i);
                json.writeObjectFieldStart(counter.table());
                List<CounterColumn> columns = counter.columns();
                for (int j = 0; j < columns.size(); j++) {
                    write(json, columns.get(j), counts.committed()[i][j], counts.pending()[i][j]);
                }
                json.writeEndObject();
            }
            json.writeEndObject();
        });
    }

    private static void write(
            JsonGenerator json, CounterColumn column, @Nullable Object committed, @Nullable Object pending)
            throws IOException {
        json.writeObjectFieldStart(column.column());
        write(json, "committed", column, committed);
        write(json, "pending", column, pending);
        write(json, "total", column, total(column, committed, pending));
        json.writeEndObject();
    }

    /**
     * Both together, exactly, even where that is more than the column's type holds: then the database will refuse the
     * pending events, but until it has, they are accepted.
     */
    static @Nullable Object total(CounterColumn column, @Nullable Object committed, @Nullable Object pending) {
        boolean adds = column.aggregate() == Aggregate.SUM || column.aggregate() == Aggregate.COUNT;
        if (adds && committed instanceof Long first && pending instanceof Long second) {
            BigInteger sum = BigInteger.valueOf(first).add(BigInteger.valueOf(second));
            return sum.bitLength() < Long.SIZE ? (Object) sum.longValue() : sum;
        }
        if (adds && committed instanceof Double first && pending instanceof Double second) {
            boolean overflows = Double.isFinite(first) && Double.isFinite(second) && !Double.isFinite(first + second);
            return overflows ? (Object) new BigDecimal(first).add(new BigDecimal(second)) : first + second;
        }
        return column.aggregate().combine(committed, pending);
    }

    private static void write(JsonGenerator json, String name, CounterColumn column, @Nullable Object value)
            throws IOException {
        json.writeFieldName(name);
        boolean adds = column.aggregate() == Aggregate.SUM || column.aggregate() == Aggregate.COUNT;
        switch (value) {
            case null -> json.writeRawValue(adds ? "0" : "null");
            case Long micros
            when column.type() == FieldType.TIMESTAMP && !adds ->
                json.writeString(instant(micros).toString());
            case Long number -> json.writeNumber(number);
            case Double number -> json.writeNumber(number);
            case BigInteger number -> json.writeNumber(number);
            case BigDecimal number -> json.writeNumber(number);
            case Boolean bool -> json.writeBoolean(bool);
            default -> {
                if (column.type() == FieldType.JSON) {
                    json.writeRawValue(value.toString());
                } else {
                    json.writeString(value.toString());
                }
            }
        }
    }

    private static Instant instant(long micros) {
        return Instant.ofEpochSecond(Math.floorDiv(micros, 1_000_000), Math.floorMod(micros, 1_000_000) * 1_000L);
    }
}
