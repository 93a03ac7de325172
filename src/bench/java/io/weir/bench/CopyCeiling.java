package io.weir.bench;

import java.io.IOException;
import java.io.StringReader;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

/** How fast PostgreSQL takes rows at all: COPY over one connection, in batches, each a transaction. */
final class CopyCeiling {
    private static final int BATCH_ROWS = 10_000;

    private CopyCeiling() {}

    /** Rows per second into a table like {@code page_views}, with or without a unique key and one more index. */
    static double rowsPerSecond(Servers servers, int rows, boolean indexed) throws SQLException, IOException {
        try (Connection connection = servers.database();
                Statement statement = connection.createStatement()) {
            statement.execute("DROP TABLE IF EXISTS bench_views");
            statement.execute("CREATE TABLE bench_views (event_key text" + (indexed ? " UNIQUE" : "")
                    + ", path text NOT NULL, status bigint, bytes bigint, referrer text, user_agent text, visitor text,"
                    + " viewed_at timestamptz NOT NULL)");
            if (indexed) {
                statement.execute("CREATE INDEX ON bench_views (path, viewed_at)");
            }
            CopyManager copy = connection.unwrap(PGConnection.class).getCopyAPI();
            long nanos = 0;
            for (int from = 0; from < rows; from += BATCH_ROWS) {
                String batch = batch(from, Math.min(rows, from + BATCH_ROWS));
                long begin = System.nanoTime();
                copy.copyIn("COPY bench_views FROM STDIN", new StringReader(batch));
                nanos += System.nanoTime() - begin;
            }
            statement.execute("DROP TABLE bench_views");
            return rows * 1e9 / nanos;
        }
    }

    private static String batch(int from, int to) {
        StringBuilder text = new StringBuilder((to - from) * 120);
        for (int number = from; number < to; number++) {
            text.append('k').append(number);
            text.append("\t/page/").append(number % Workload.LINKS);
            text.append("\t200\t512\thttps://example.com/\tMozilla/5.0 (X11; Linux x86_64)\tv");
            text.append(number % 9_973).append("\t2026-01-01T00:00:00Z\n");
        }
        return text.toString();
    }
}
