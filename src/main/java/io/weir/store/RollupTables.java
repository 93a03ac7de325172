package io.weir.store;

import io.weir.definition.RollupStep;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/** What the tables of rollups are called and how their columns are read. */
final class RollupTables {
    private static final String SELECT_MEASURE = "SELECT id FROM rollup_measure WHERE stream = ? AND measure = ?";
    /** A measure's number, of the parameters stream and measure. */
    static final String MEASURE = "(" + SELECT_MEASURE + ")";

    private RollupTables() {}

    static String values(RollupStep step) {
        return "rollup_" + step.label();
    }

    static String sketches(RollupStep step) {
        return values(step) + "_sketch";
    }

    static OffsetDateTime timestamp(Instant moment) {
        return moment.atOffset(ZoneOffset.UTC);
    }

    /** A measure's number; -1 while nothing was ever written of it. */
    static int measure(Connection connection, String stream, String measure) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(SELECT_MEASURE)) {
            statement.setString(1, stream);
            statement.setString(2, measure);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? row.getInt(1) : -1;
            }
        }
    }
}
