package io.weir.store;

import io.weir.definition.RollupStep;
import io.weir.query.RangePart;
import io.weir.query.RankedEntity;
import io.weir.query.SortedLists;
import java.math.BigDecimal;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.function.ToIntFunction;

/** Each bucket of a range as a list of a measure's entities: the index has them sorted by value. */
final class RollupLists implements SortedLists<SQLException> {
    private record Bucket(int part, RollupStep step, Instant at) {}

    private final Connection connection;
    private final int measure;
    private final List<RangePart> parts;
    private final List<Bucket> buckets = new ArrayList<>();

    RollupLists(Connection connection, int measure, List<RangePart> parts) {
        this.connection = connection;
        this.measure = measure;
        this.parts = parts;
        for (int i = 0; i < parts.size(); i++) {
            int part = i;
            RollupStep step = parts.get(part).step();
            parts.get(part).beginnings().forEach(at -> buckets.add(new Bucket(part, step, at)));
        }
    }

    @Override
    public int size() {
        return buckets.size();
    }

    @Override
    public double weight(int list) {
        return buckets.get(list).step().length().toSeconds();
    }

    @Override
    public List<Entry> read(List<Section> sections) throws SQLException {
        Map<RollupStep, List<Section>> bySteps = new LinkedHashMap<>();
        sections.forEach(
                section -> bySteps.computeIfAbsent(buckets.get(section.list()).step(), none -> new ArrayList<>())
                        .add(section));
        StringJoiner select = new StringJoiner(" UNION ALL ");
        bySteps.keySet().forEach(step -> select.add(section(step)));
        try (PreparedStatement statement = connection.prepareStatement(select.toString())) {
            int parameter = 1;
            for (List<Section> ofStep : bySteps.values()) {
                Object[] beginnings = ofStep.stream()
                        .map(section -> RollupTables.timestamp(
                                buckets.get(section.list()).at()))
                        .toArray();
                statement.setArray(parameter++, integers(ofStep, Section::list));
                statement.setArray(parameter++, connection.createArrayOf("timestamptz", beginnings));
                statement.setArray(parameter++, integers(ofStep, Section::skip));
                statement.setArray(parameter++, integers(ofStep, Section::count));
                statement.setInt(parameter++, measure);
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

    private Array integers(List<Section> sections, ToIntFunction<Section> number) throws SQLException {
        return connection.createArrayOf(
                "int", sections.stream().mapToInt(number).boxed().toArray());
    }

    /** The buckets' greatest, as their index has them. */
    private static String section(RollupStep step) {
        return "SELECT s.list, r.entity, r.value"
                + " FROM unnest(?::int[], ?::timestamptz[], ?::int[], ?::int[]) AS s (list, bucket, skip, count)"
                + " CROSS JOIN LATERAL (SELECT entity, value FROM " + RollupTables.values(step)
                + " WHERE measure = ? AND bucket = s.bucket ORDER BY value DESC, entity OFFSET s.skip LIMIT s.count)"
                + " AS r";
    }

    @Override
    public int group(int list) {
        return buckets.get(list).part();
    }

    @Override
    public Map<String, BigDecimal> sums(Map<Integer, List<String>> entitiesByPart) throws SQLException {
        StringJoiner sums = new StringJoiner(" UNION ALL ");
        entitiesByPart
                .keySet()
                .forEach(part -> sums.add("SELECT e.entity, (SELECT sum(value) FROM "
                        + RollupTables.values(parts.get(part).step())
                        + " WHERE measure = ? AND entity = e.entity AND bucket >= ? AND bucket < ?)"
                        + " FROM unnest(?::text[]) AS e (entity)"));
        try (PreparedStatement statement = connection.prepareStatement(sums.toString())) {
            int parameter = 1;
            for (Map.Entry<Integer, List<String>> entities : entitiesByPart.entrySet()) {
                parameter = bindPart(statement, parameter, parts.get(entities.getKey()));
                statement.setArray(
                        parameter++,
                        connection.createArrayOf("text", entities.getValue().toArray()));
            }
            Map<String, BigDecimal> totals = new HashMap<>();
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    BigDecimal sum = row.getBigDecimal(2);
                    // null where there are no buckets of it
                    totals.merge(row.getString(1), sum == null ? BigDecimal.ZERO : sum, BigDecimal::add);
                }
            }
            return totals;
        }
    }

    /** The same as the search finds, by adding everything up. */
    List<RankedEntity> addUp(int limit) throws SQLException {
        StringJoiner all = new StringJoiner(
                " UNION ALL ",
                "SELECT entity, sum(value) AS total FROM (",
                ") AS r GROUP BY entity ORDER BY total DESC, entity LIMIT ?");
        for (RangePart part : parts) {
            all.add("SELECT entity, value FROM " + RollupTables.values(part.step())
                    + " WHERE measure = ? AND bucket >= ? AND bucket < ?");
        }
        try (PreparedStatement statement = connection.prepareStatement(all.toString())) {
            int parameter = 1;
            for (RangePart part : parts) {
                parameter = bindPart(statement, parameter, part);
            }
            statement.setInt(parameter, limit);
            List<RankedEntity> ranked = new ArrayList<>();
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    ranked.add(new RankedEntity(row.getString(1), row.getBigDecimal(2)));
                }
            }
            return ranked;
        }
    }

    private int bindPart(PreparedStatement statement, int first, RangePart part) throws SQLException {
        statement.setInt(first, measure);
        statement.setObject(first + 1, RollupTables.timestamp(part.from()));
        statement.setObject(first + 2, RollupTables.timestamp(part.to()));
        return first + 3;
    }
}
