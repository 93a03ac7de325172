package io.weir.store;

import io.weir.definition.ColumnSource;
import io.weir.definition.FieldType;
import java.util.List;

/** Which of PostgreSQL's types hold which values. */
final class ColumnTypes {
    static final String TIMESTAMP_WITH_TIME_ZONE = "timestamp with time zone";
    private static final List<String> TEXTS = List.of("text", "character varying");

    private ColumnTypes() {}

    /** The types, the best one first. */
    static List<String> holding(FieldType type) {
        return switch (type) {
            case TEXT, URL -> TEXTS;
            case LONG -> List.of("bigint", "integer", "numeric", "smallint");
            case DOUBLE -> List.of("double precision", "numeric", "real");
            case BOOLEAN -> List.of("boolean");
            case TIMESTAMP -> List.of(TIMESTAMP_WITH_TIME_ZONE);
            case UUID -> List.of("uuid", "text", "character varying");
            case IP -> List.of("inet", "text", "character varying");
            case JSON -> List.of("jsonb", "json", "text");
        };
    }

    /** The types, the best one first. */
    static List<String> holding(ColumnSource source) {
        return switch (source) {
            case ColumnSource.OfField ofField -> holding(ofField.field().type());
            case ColumnSource.Key key -> List.of("text", "character varying", "uuid");
            case ColumnSource.Entry entry -> TEXTS;
            case ColumnSource.Index index -> List.of("integer", "bigint", "smallint");
            case ColumnSource.Received received -> List.of(TIMESTAMP_WITH_TIME_ZONE);
        };
    }
}
