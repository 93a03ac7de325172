package io.weir.store;

import com.zaxxer.hikari.HikariDataSource;
import io.weir.event.LetterReference;
import io.weir.letter.DeadLetters;
import io.weir.letter.LetterCount;
import io.weir.letter.LetterFilter;
import io.weir.letter.LetterState;
import io.weir.letter.LettersUnavailableException;
import io.weir.letter.ReasonClass;
import io.weir.letter.StoredLetter;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The dead letters in PostgreSQL. Whoever locks several of them does so in the order of their IDs. */
final class PostgresDeadLetters implements DeadLetters {
    /** A person waits for these, and a window may wait for their locks. */
    private static final String LIMITS = "SET LOCAL statement_timeout = '10s'; SET LOCAL lock_timeout = '2s'";

    private static final String FIND = "SELECT " + LetterRows.COLUMNS + " FROM dead_letter WHERE id = ?";
    private static final String COUNTS = """
        SELECT stream, state, reason_class, count(*) FROM dead_letter GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
        """;
    private static final String OPEN = "SELECT stream, count(*) FROM dead_letter WHERE state = 'open' GROUP BY stream";
    private static final String EDIT = """
        UPDATE dead_letter SET edited = ?, version = version + 1, updated_at = now()
        WHERE id = ? AND version = ? AND state = 'open'
        """;
    private static final String REPLAY = """
        UPDATE dead_letter
        SET state = 'replaying', version = CASE state WHEN 'open' THEN version + 1 ELSE version END, updated_at = now()
        WHERE id = ? AND version = ? AND state = ? AND state IN ('open', 'replaying') RETURNING version
        """;
    private static final String ABANDON = """
        UPDATE dead_letter SET state = 'open', updated_at = now() WHERE id = ? AND version = ? AND state = 'replaying'
        """;
    private static final String DISCARD = """
        UPDATE dead_letter SET state = 'discarded', updated_at = now() WHERE id = ? AND state IN ('open', 'replaying')
        """;
    private static final String UNPUBLISHED = "SELECT " + LetterRows.COLUMNS + " FROM dead_letter"
            + " WHERE published_at IS NULL AND stream = ANY (?) ORDER BY id LIMIT ?";
    private static final String PUBLISHED = """
        UPDATE dead_letter SET published_at = now()
        FROM unnest(?::bigint[], ?::int[]) AS known (id, attempts)
        WHERE dead_letter.id = known.id AND dead_letter.attempts = known.attempts
        """;

    private final HikariDataSource pool;

    PostgresDeadLetters(HikariDataSource pool) {
        this.pool = pool;
    }

    @Override
    public List<StoredLetter> newest(LetterFilter filter, @Nullable Long before, int limit) {
        LetterConditions conditions = new LetterConditions(filter).before(before);
        return transaction(connection -> {
            String sql = "SELECT " + LetterRows.COLUMNS + " FROM dead_letter" + conditions.where()
                    + " ORDER BY id DESC LIMIT ?";
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                statement.setInt(conditions.bind(statement), limit);
                return LetterRows.read(statement);
            }
        });
    }

    @Override
    public List<StoredLetter> oldest(LetterFilter filter, int limit) {
        LetterConditions conditions = new LetterConditions(filter);
        return transaction(connection -> {
            String sql =
                    "SELECT " + LetterRows.COLUMNS + " FROM dead_letter" + conditions.where() + " ORDER BY id LIMIT ?";
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                statement.setInt(conditions.bind(statement), limit);
                return LetterRows.read(statement);
            }
        });
    }

    @Override
    public @Nullable StoredLetter find(long id) {
        List<StoredLetter> found = transaction(connection -> {
            try (PreparedStatement statement = connection.prepareStatement(FIND)) {
                statement.setLong(1, id);
                return LetterRows.read(statement);
            }
        });
        return found.isEmpty() ? null : found.getFirst();
    }

    @Override
    public List<LetterCount> counts() {
        return transaction(connection -> {
            List<LetterCount> counts = new ArrayList<>();
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery(COUNTS)) {
                while (rows.next()) {
                    counts.add(new LetterCount(
                            rows.getString(1),
                            LetterState.of(rows.getString(2)).orElseThrow(),
                            ReasonClass.of(rows.getString(3)).orElse(ReasonClass.INVALID),
                            rows.getLong(4)));
                }
            }
            return counts;
        });
    }

    @Override
    public Map<String, Long> open() {
        return transaction(connection -> {
            Map<String, Long> open = new HashMap<>();
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery(OPEN)) {
                while (rows.next()) {
                    open.put(rows.getString(1), rows.getLong(2));
                }
            }
            return open;
        });
    }

    @Override
    public boolean edit(StoredLetter seen, byte[] content) {
        return transaction(connection -> {
            try (PreparedStatement statement = connection.prepareStatement(EDIT)) {
                statement.setBytes(1, content);
                statement.setLong(2, seen.id());
                statement.setInt(3, seen.version());
                return statement.executeUpdate() == 1;
            }
        });
    }

    @Override
    public @Nullable LetterReference beginReplay(StoredLetter seen) {
        Optional<LetterReference> begun = transaction(connection -> {
            try (PreparedStatement statement = connection.prepareStatement(REPLAY)) {
                statement.setLong(1, seen.id());
                statement.setInt(2, seen.version());
                statement.setString(3, seen.state().tag());
                try (ResultSet row = statement.executeQuery()) {
                    return row.next() ? Optional.of(new LetterReference(seen.id(), row.getInt(1))) : Optional.empty();
                }
            }
        });
        return begun.orElse(null);
    }

    @Override
    public void abandonReplay(LetterReference replay) {
        transaction(connection -> {
            try (PreparedStatement statement = connection.prepareStatement(ABANDON)) {
                statement.setLong(1, replay.id());
                statement.setInt(2, replay.version());
                return statement.executeUpdate();
            }
        });
    }

    @Override
    public boolean discard(long id) {
        return transaction(connection -> {
            try (PreparedStatement statement = connection.prepareStatement(DISCARD)) {
                statement.setLong(1, id);
                return statement.executeUpdate() == 1;
            }
        });
    }

    @Override
    public int discard(LetterFilter filter, int limit) {
        LetterConditions conditions = new LetterConditions(filter.in(LetterState.OPEN));
        return transaction(connection -> {
            String sql = "WITH picked AS (SELECT id FROM dead_letter" + conditions.where()
                    + " ORDER BY id LIMIT ? FOR UPDATE)"
                    + " UPDATE dead_letter SET state = 'discarded', updated_at = now() FROM picked"
                    + " WHERE dead_letter.id = picked.id";
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                statement.setInt(conditions.bind(statement), limit);
                return statement.executeUpdate();
            }
        });
    }

    @Override
    public List<StoredLetter> unpublished(Collection<String> streams, int limit) {
        return transaction(connection -> {
            try (PreparedStatement statement = connection.prepareStatement(UNPUBLISHED)) {
                statement.setArray(1, connection.createArrayOf("text", streams.toArray()));
                statement.setInt(2, limit);
                return LetterRows.read(statement);
            }
        });
    }

    @Override
    public void published(List<StoredLetter> letters) {
        transaction(connection -> {
            try (PreparedStatement statement = connection.prepareStatement(PUBLISHED)) {
                List<StoredLetter> sorted = letters.stream()
                        .sorted((one, other) -> Long.compare(one.id(), other.id()))
                        .toList();
                statement.setArray(
                        1,
                        connection.createArrayOf(
                                "bigint", sorted.stream().map(StoredLetter::id).toArray()));
                statement.setArray(
                        2,
                        connection.createArrayOf(
                                "int",
                                sorted.stream().map(StoredLetter::attempts).toArray()));
                return statement.executeUpdate();
            }
        });
    }

    private <T> T transaction(ShortTransaction.Work<T> work) {
        try {
            return ShortTransaction.run(pool, LIMITS, work);
        } catch (SQLException problem) {
            throw new LettersUnavailableException(
                    "the database could not be asked: " + DatabaseFailure.describe(problem), problem);
        }
    }
}
