package io.weir.store;

import io.weir.letter.LetterFilter;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A filter of dead letters as conditions of a statement. */
final class LetterConditions {
    private final List<String> terms = new ArrayList<>();
    private final List<Object> values = new ArrayList<>();

    LetterConditions(LetterFilter filter) {
        add("stream = ?", filter.stream());
        add("state = ?", filter.state() == null ? null : filter.state().tag());
        add(
                "reason_class = ?",
                filter.reasonClass() == null ? null : filter.reasonClass().tag());
        add("sqlstate = ?", filter.sqlState());
        add("created_at >= ?", at(filter.since()));
        add("created_at < ?", at(filter.until()));
    }

    LetterConditions before(@Nullable Long id) {
        add("id < ?", id);
        return this;
    }

    /** {@code WHERE …}, or nothing. */
    String where() {
        return terms.isEmpty() ? "" : " WHERE " + String.join(" AND ", terms);
    }

    /** Sets the parameters from the first on; answers the next one. */
    int bind(PreparedStatement statement) throws SQLException {
        int parameter = 1;
        for (Object value : values) {
            statement.setObject(parameter++, value);
        }
        return parameter;
    }

    private void add(String term, @Nullable Object value) {
        if (value != null) {
            terms.add(term);
            values.add(value);
        }
    }

    private static @Nullable Object at(@Nullable Instant instant) {
        return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
    }
}
