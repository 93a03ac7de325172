package io.weir.store;

import io.weir.event.LetterReference;
import io.weir.letter.ReasonClass;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes dead letters of one partition. A new one that is there already, by its key or by its place and content, is left
 * as it is; one that was replayed, and whose replay this window has claimed, is open again.
 */
final class DeadLetterWriter {
    private static final String INSERT = """
        INSERT INTO dead_letter (stream, partition, entry, index, raw, reason, reason_class, sqlstate, event_key)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
        """;
    private static final String REOPEN = """
        UPDATE dead_letter
        SET state = 'open', reason = ?, reason_class = ?, sqlstate = ?, attempts = attempts + 1, updated_at = now(),
            published_at = NULL
        WHERE id = ? AND version = ? AND state = 'replayed'
        """;
    private static final int LONGEST_REASON = 4_000;
    private static final int ROWS_PER_ROUND_TRIP = 500;

    private final String stream;
    private final int partition;

    DeadLetterWriter(String stream, int partition) {
        this.stream = stream;
        this.partition = partition;
    }

    /** Answers how many were written, by class. */
    Map<ReasonClass, Integer> write(Connection connection, List<DeadLetter> deadLetters) throws SQLException {
        Map<ReasonClass, Integer> written = new EnumMap<>(ReasonClass.class);
        for (int from = 0; from < deadLetters.size(); from += ROWS_PER_ROUND_TRIP) {
            List<DeadLetter> chunk =
                    deadLetters.subList(from, Math.min(deadLetters.size(), from + ROWS_PER_ROUND_TRIP));
            insert(
                    connection,
                    chunk.stream().filter(letter -> letter.replayOf() == null).toList(),
                    written);
        }
        for (DeadLetter letter : deadLetters) {
            if (letter.replayOf() != null) {
                reopen(connection, letter, letter.replayOf(), written);
            }
        }
        return written;
    }

    private void insert(Connection connection, List<DeadLetter> letters, Map<ReasonClass, Integer> written)
            throws SQLException {
        if (letters.isEmpty()) {
            return;
        }
        try (PreparedStatement statement = connection.prepareStatement(INSERT)) {
            for (DeadLetter letter : letters) {
                statement.setString(1, stream);
                statement.setInt(2, partition);
                statement.setString(3, letter.entryId().toString());
                statement.setInt(4, letter.index());
                statement.setBytes(5, letter.raw());
                statement.setString(6, storable(letter.reason()));
                statement.setString(7, letter.reasonClass().tag());
                statement.setString(8, letter.sqlState());
                statement.setString(9, letter.key() == null ? null : withoutNul(letter.key()));
                statement.addBatch();
            }
            int[] counts = statement.executeBatch();
            for (int i = 0; i < counts.length; i++) {
                if (counts[i] > 0) {
                    written.merge(letters.get(i).reasonClass(), counts[i], Integer::sum);
                }
            }
        }
    }

    private static void reopen(
            Connection connection, DeadLetter letter, LetterReference replay, Map<ReasonClass, Integer> written)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(REOPEN)) {
            statement.setString(1, storable(letter.reason()));
            statement.setString(2, letter.reasonClass().tag());
            statement.setString(3, letter.sqlState());
            statement.setLong(4, replay.id());
            statement.setInt(5, replay.version());
            if (statement.executeUpdate() > 0) {
                written.merge(letter.reasonClass(), 1, Integer::sum);
            }
        }
    }

    private static String storable(@Nullable String reason) {
        String text = reason == null ? "unknown" : withoutNul(reason);
        return text.length() <= LONGEST_REASON ? text : text.substring(0, LONGEST_REASON) + "…";
    }

    /** PostgreSQL's text does not hold NUL, and a dead letter must never be refused. */
    private static String withoutNul(String text) {
        return text.indexOf('\0') < 0 ? text : text.replace('\0', '�');
    }
}
