package io.weir.store;

import io.weir.event.EntryId;
import io.weir.letter.LetterState;
import io.weir.letter.ReasonClass;
import io.weir.letter.StoredLetter;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;

/** Rows of {@code dead_letter}. */
final class LetterRows {
    static final String COLUMNS =
            "id, stream, partition, entry, index, state, reason_class, reason, sqlstate, event_key,"
                    + " attempts, version, raw, edited, created_at, updated_at";

    private LetterRows() {}

    /** All rows that a statement over {@link #COLUMNS} answers. */
    static List<StoredLetter> read(PreparedStatement statement) throws SQLException {
        List<StoredLetter> letters = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                letters.add(letter(rows));
            }
        }
        return letters;
    }

    private static StoredLetter letter(ResultSet row) throws SQLException {
        return new StoredLetter(
                row.getLong("id"),
                row.getString("stream"),
                row.getInt("partition"),
                EntryId.parse(row.getString("entry")),
                row.getInt("index"),
                LetterState.of(row.getString("state")).orElseThrow(),
                ReasonClass.of(row.getString("reason_class")).orElse(ReasonClass.INVALID),
                row.getString("reason"),
                row.getString("sqlstate"),
                row.getString("event_key"),
                row.getInt("attempts"),
                row.getInt("version"),
                row.getBytes("raw"),
                row.getBytes("edited"),
                instant(row, "created_at"),
                instant(row, "updated_at"));
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }
}
