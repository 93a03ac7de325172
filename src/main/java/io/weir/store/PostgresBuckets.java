package io.weir.store;

import com.zaxxer.hikari.HikariDataSource;
import io.weir.query.Buckets;
import io.weir.query.Greatest;
import io.weir.query.QueryFailure;
import io.weir.query.RangePart;
import io.weir.query.RankedEntity;
import io.weir.query.ThresholdSearch;
import io.weir.settings.QuerySettings;
import java.math.BigDecimal;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The tables of rollups, over a pool of their own. */
public final class PostgresBuckets implements Buckets, AutoCloseable {
    private static final String QUERY_CANCELED = "57014";

    /** Reads what stands beside a bucket. */
    private interface Column<T> {
        T read(ResultSet row) throws SQLException;
    }

    private final HikariDataSource pool;
    private final int maxReads;
    private final String limits;
    private final String snapshot;

    PostgresBuckets(HikariDataSource pool, QuerySettings settings) {
        this.pool = pool;
        this.maxReads = settings.maxReads();
        // each question is short or given up: compiling it would take longer than running it
        this.limits =
                "SET LOCAL statement_timeout = " + settings.statementTimeout().toMillis() + "; SET LOCAL jit = off";
        // every list as one moment shows it
        this.snapshot = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; " + limits;
    }

    @Override
    public Map<Instant, BigDecimal> values(String stream, String measure, String entity, RangePart part) {
        return byBucket(
                "value", RollupTables.values(part.step()), stream, measure, entity, part, row -> row.getBigDecimal(2));
    }

    @Override
    public Map<Instant, byte[]> sketches(String stream, String measure, String entity, RangePart part) {
        return byBucket(
                "sketch", RollupTables.sketches(part.step()), stream, measure, entity, part, row -> row.getBytes(2));
    }

    private <T> Map<Instant, T> byBucket(
            String column,
            String table,
            String stream,
            String measure,
            String entity,
            RangePart part,
            Column<T> reader) {
        String select = "SELECT bucket, " + column + " FROM " + table + " WHERE measure = " + RollupTables.MEASURE
                + " AND entity = ? AND bucket >= ? AND bucket < ?";
        return run(limits, connection -> {
            try (PreparedStatement statement = connection.prepareStatement(select)) {
                statement.setString(1, stream);
                statement.setString(2, measure);
                statement.setString(3, entity);
                statement.setObject(4, RollupTables.timestamp(part.from()));
                statement.setObject(5, RollupTables.timestamp(part.to()));
                Map<Instant, T> found = new HashMap<>();
                try (ResultSet row = statement.executeQuery()) {
                    while (row.next()) {
                        found.put(row.getObject(1, OffsetDateTime.class).toInstant(), reader.read(row));
                    }
                }
                return found;
            }
        });
    }

    @Override
    public Greatest greatest(String stream, String measure, Iterable<RangePart> range, int limit) {
        List<RangePart> parts = new ArrayList<>();
        range.forEach(parts::add);
        return run(snapshot, connection -> {
            int id = RollupTables.measure(connection, stream, measure);
            if (id < 0 || parts.isEmpty()) {
                return new Greatest(List.of(), false);
            }
            RollupLists lists = new RollupLists(connection, id, parts);
            List<RankedEntity> found = ThresholdSearch.find(lists, limit, maxReads);
            return found == null ? new Greatest(lists.addUp(limit), true) : new Greatest(found, false);
        });
    }

    private <T> T run(String first, ShortTransaction.Work<T> work) {
        try {
            return ShortTransaction.run(pool, first, work);
        } catch (SQLException problem) {
            boolean tooSlow = QUERY_CANCELED.equals(problem.getSQLState());
            throw new QueryFailure(
                    tooSlow ? QueryFailure.Reason.TOO_SLOW : QueryFailure.Reason.UNAVAILABLE,
                    tooSlow
                            ? "the question takes too long"
                            : "the database could not be asked: " + problem.getMessage(),
                    problem);
        }
    }

    @Override
    public void close() {
        pool.close();
    }
}
