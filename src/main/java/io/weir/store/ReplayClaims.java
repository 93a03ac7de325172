package io.weir.store;

import io.weir.event.EntityDelta;
import io.weir.event.Event;
import io.weir.event.LetterReference;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Takes the dead letters that a window replays: each is marked as replayed in the window's own transaction, and only if
 * it waits for exactly this replay. An event whose letter does not is a repetition, and left out.
 *
 * @param events those to be applied
 * @param deadLetters what could not be decoded, without repetitions
 * @param deltas the events folded by entity; null when events were left out and they have to be folded again
 * @param repeated how many were left out
 */
record ReplayClaims(
        List<Event> events,
        List<DeadLetter> deadLetters,
        @Nullable List<EntityDelta> deltas,
        int repeated) {
    // in the order of the IDs, as whoever else locks several of them
    private static final String CLAIM = """
        WITH claimed AS (
            SELECT letter.id FROM dead_letter letter
            JOIN unnest(?::bigint[], ?::int[]) AS replay (id, version)
              ON letter.id = replay.id AND letter.version = replay.version
            WHERE letter.stream = ? AND letter.state = 'replaying'
            ORDER BY letter.id FOR UPDATE OF letter)
        UPDATE dead_letter SET state = 'replayed', updated_at = now() FROM claimed
        WHERE dead_letter.id = claimed.id RETURNING dead_letter.id, dead_letter.version
        """;

    static ReplayClaims of(Connection connection, String stream, WindowCommit window) throws SQLException {
        Set<LetterReference> wanted = wanted(window);
        if (wanted.isEmpty()) {
            return new ReplayClaims(window.events(), window.deadLetters(), window.deltas(), 0);
        }
        Set<LetterReference> left = claim(connection, stream, wanted);
        List<Event> events = new ArrayList<>(window.events().size());
        for (Event event : window.events()) {
            // each claim is good for one event
            if (event.letter() == null || left.remove(event.letter())) {
                events.add(event);
            }
        }
        List<DeadLetter> deadLetters = new ArrayList<>(window.deadLetters().size());
        for (DeadLetter letter : window.deadLetters()) {
            if (letter.replayOf() == null || left.remove(letter.replayOf())) {
                deadLetters.add(letter);
            }
        }
        int leftOut = window.events().size() - events.size();
        return new ReplayClaims(
                events,
                deadLetters,
                leftOut == 0 ? window.deltas() : null,
                leftOut + window.deadLetters().size() - deadLetters.size());
    }

    private static Set<LetterReference> wanted(WindowCommit window) {
        Set<LetterReference> wanted = new LinkedHashSet<>(0);
        for (Event event : window.events()) {
            if (event.letter() != null) {
                wanted.add(event.letter());
            }
        }
        for (DeadLetter letter : window.deadLetters()) {
            if (letter.replayOf() != null) {
                wanted.add(letter.replayOf());
            }
        }
        return wanted;
    }

    private static Set<LetterReference> claim(Connection connection, String stream, Set<LetterReference> wanted)
            throws SQLException {
        Long[] ids = wanted.stream().map(LetterReference::id).toArray(Long[]::new);
        Integer[] versions = wanted.stream().map(LetterReference::version).toArray(Integer[]::new);
        Set<LetterReference> claimed = new HashSet<>();
        try (PreparedStatement statement = connection.prepareStatement(CLAIM)) {
            statement.setArray(1, connection.createArrayOf("bigint", ids));
            statement.setArray(2, connection.createArrayOf("int", versions));
            statement.setString(3, stream);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    claimed.add(new LetterReference(rows.getLong(1), rows.getInt(2)));
                }
            }
        }
        return claimed;
    }
}
