package io.weir.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes dead letters of one partition. One that is there already is left as it is. */
final class DeadLetterWriter {
    private static final String INSERT = """
        INSERT INTO dead_letter (stream, partition, entry, index, raw, reason, sqlstate, event_key)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
        """;
    private static final int LONGEST_REASON = 4_000;
    private static final int ROWS_PER_ROUND_TRIP = 500;

    private final String stream;
    private final int partition;

    DeadLetterWriter(String stream, int partition) {
        this.stream = stream;
        this.partition = partition;
    }

    /** Answers how many were new. */
    int write(Connection connection, List<DeadLetter> deadLetters) throws SQLException {
        if (deadLetters.isEmpty()) {
            return 0;
        }
        int written = 0;
        try (PreparedStatement statement = connection.prepareStatement(INSERT)) {
            int waiting = 0;
            for (DeadLetter letter : deadLetters) {
                statement.setString(1, stream);
                statement.setInt(2, partition);
                statement.setString(3, letter.entryId().toString());
                statement.setInt(4, letter.index());
                statement.setBytes(5, letter.raw());
                statement.setString(6, storable(letter.reason()));
                statement.setString(7, letter.sqlState());
                statement.setString(8, letter.key() == null ? null : withoutNul(letter.key()));
                statement.addBatch();
                if (++waiting == ROWS_PER_ROUND_TRIP) {
                    written += sum(statement.executeBatch());
                    waiting = 0;
                }
            }
            if (waiting > 0) {
                written += sum(statement.executeBatch());
            }
        }
        return written;
    }

    private static int sum(int[] counts) {
        int sum = 0;
        for (int count : counts) {
            sum += count;
        }
        return sum;
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
