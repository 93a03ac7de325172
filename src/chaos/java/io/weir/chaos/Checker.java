package io.weir.chaos;

import io.weir.definition.RollupStep;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads what PostgreSQL holds in the end, and compares it with the ledger. */
final class Checker {
    private Checker() {}

    /**
     * Compares all streams.
     *
     * @param first from which event of each stream on rows are looked at one by one
     */
    static Verdict check(Connection database, Ledger ledger, Map<EventStream, Integer> first) throws SQLException {
        Verdict verdict = new Verdict(0, 0, 0, List.of());
        for (EventStream stream : EventStream.ALL) {
            int from = first.getOrDefault(stream, 0);
            verdict = verdict.plus(Verdict.of(stream, ledger, from, read(database, stream, from)));
        }
        return verdict;
    }

    static Stored read(Connection database, EventStream stream, int first) throws SQLException {
        Stored stored = new Stored();
        if (stream.hasRows()) {
            counts(database, "SELECT seq FROM " + stream.rows() + " WHERE seq >= " + first, stored.rows());
            totals(
                    database,
                    "SELECT entity, count(*), sum(amount) FROM " + stream.rows() + " GROUP BY entity",
                    stored.rowTotals());
        }
        totals(database, "SELECT id, events, amount FROM " + stream.counters(), stored.counters());
        for (RollupStep step : RollupStep.values()) {
            Map<Integer, Stored.Totals> sums = new HashMap<>();
            totals(database, rollups(stream, step), sums);
            stored.rollups().put(step, sums);
        }
        counts(
                database,
                "SELECT (convert_from(raw, 'UTF8')::jsonb ->> 'seq')::bigint FROM dead_letter WHERE stream = '"
                        + stream.key() + "'",
                stored.dead());
        return stored;
    }

    private static String rollups(EventStream stream, RollupStep step) {
        return "SELECT r.entity, coalesce(sum(r.value) FILTER (WHERE m.measure = 'events'), 0),"
                + " coalesce(sum(r.value) FILTER (WHERE m.measure = 'amount'), 0) FROM rollup_" + step.label()
                + " AS r JOIN rollup_measure AS m ON m.id = r.measure WHERE m.stream = '" + stream.key()
                + "' GROUP BY r.entity";
    }

    private static void counts(Connection database, String sql, Map<Long, Integer> counts) throws SQLException {
        try (PreparedStatement statement = database.prepareStatement(sql);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                counts.merge(rows.getLong(1), 1, Integer::sum);
            }
        }
    }

    private static void totals(Connection database, String sql, Map<Integer, Stored.Totals> totals)
            throws SQLException {
        try (PreparedStatement statement = database.prepareStatement(sql);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                int entity = Integer.parseInt(rows.getString(1).substring(1));
                totals.put(entity, new Stored.Totals(rows.getLong(2), rows.getLong(3)));
            }
        }
    }
}
