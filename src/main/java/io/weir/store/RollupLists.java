package io.weir.store;

import io.weir.definition.RollupStep;
import io.weir.query.RangePart;
import io.weir.query.RankedEntity;
import io.weir.query.SortedLists;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/** Each bucket of a range as a list of a measure's entities: the index has them sorted by what their value is at most. */
final class RollupLists implements SortedLists<SQLException> {
    private record Bucket(RollupStep step, Instant at) {}

    private final Connection connection;
    private final int measure;
    private final List<RangePart> parts;
    private final List<Bucket> buckets = new ArrayList<>();

    RollupLists(Connection connection, int measure, List<RangePart> parts) {
        this.connection = connection;
        this.measure = measure;
        this.parts = parts;
        for (RangePart part : parts) {
            part.beginnings().forEach(at -> buckets.add(new Bucket(part.step(), at)));
        }
    }

    @Override
    public int size() {
        return buckets.size();
    }

    @Override
    public List<Entry> next(List<Integer> lists, int skip, int count) throws SQLException {
        Map<RollupStep, List<Integer>> bySteps = new LinkedHashMap<>();
        lists.forEach(list -> bySteps.computeIfAbsent(buckets.get(list).step(), none -> new ArrayList<>())
                .add(list));
        StringJoiner select = new StringJoiner(" UNION ALL ");
        bySteps.keySet().forEach(step -> select.add(head(step)));
        try (PreparedStatement statement = connection.prepareStatement(select.toString())) {
            int parameter = 1;
            for (List<Integer> ofStep : bySteps.values()) {
                Object[] beginnings = ofStep.stream()
                        .map(list -> RollupTables.timestamp(buckets.get(list).at()))
                        .toArray();
                statement.setArray(parameter++, connection.createArrayOf("int", ofStep.toArray()));
                statement.setArray(parameter++, connection.createArrayOf("timestamptz", beginnings));
                statement.setInt(parameter++, measure);
                statement.setInt(parameter++, skip);
                statement.setInt(parameter++, count);
            }
            List<Entry> entries = new ArrayList<>();
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    entries.add(new Entry(row.getInt(1), row.getString(2), row.getBigDecimal(3)));
                }
            }
            return entries;
        }
    }

    /** The buckets' greatest, as their index has them. */
    private static String head(RollupStep step) {
        return "SELECT b.list, r.entity, r.most FROM unnest(?::int[], ?::timestamptz[]) AS b (list, bucket)"
                + " CROSS JOIN LATERAL (SELECT entity, most FROM " + RollupTables.values(step)
                + " WHERE measure = ? AND bucket = b.bucket ORDER BY most DESC, entity OFFSET ? LIMIT ?) AS r";
    }

    @Override
    public Map<String, BigDecimal> totals(Collection<String> entities) throws SQLException {
        StringJoiner sums = new StringJoiner(" + ", "SELECT e.entity, ", " FROM unnest(?::text[]) AS e (entity)");
        for (RangePart part : parts) {
            sums.add("(SELECT coalesce(sum(value), 0) FROM " + RollupTables.values(part.step())
                    + " WHERE measure = ? AND entity = e.entity AND bucket >= ? AND bucket < ?)");
        }
        try (PreparedStatement statement = connection.prepareStatement(sums.toString())) {
            int parameter = bindParts(statement, measure, parts);
            statement.setArray(parameter, connection.createArrayOf("text", entities.toArray()));
            Map<String, BigDecimal> totals = new HashMap<>();
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    totals.put(row.getString(1), row.getBigDecimal(2));
                }
            }
            return totals;
        }
    }

    /** The same as the search finds, by adding everything up. */
    static List<RankedEntity> addUp(Connection connection, int measure, List<RangePart> parts, int limit)
            throws SQLException {
        StringJoiner all = new StringJoiner(
                " UNION ALL ",
                "SELECT entity, sum(value) AS total FROM (",
                ") AS r GROUP BY entity ORDER BY total DESC, entity LIMIT ?");
        for (RangePart part : parts) {
            all.add("SELECT entity, value FROM " + RollupTables.values(part.step())
                    + " WHERE measure = ? AND bucket >= ? AND bucket < ?");
        }
        try (PreparedStatement statement = connection.prepareStatement(all.toString())) {
            statement.setInt(bindParts(statement, measure, parts), limit);
            List<RankedEntity> ranked = new ArrayList<>();
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    ranked.add(new RankedEntity(row.getString(1), row.getBigDecimal(2)));
                }
            }
            return ranked;
        }
    }

    private static int bindParts(PreparedStatement statement, int measure, List<RangePart> parts) throws SQLException {
        int parameter = 1;
        for (RangePart part : parts) {
            statement.setInt(parameter++, measure);
            statement.setObject(parameter++, RollupTables.timestamp(part.from()));
            statement.setObject(parameter++, RollupTables.timestamp(part.to()));
        }
        return parameter;
    }
}
