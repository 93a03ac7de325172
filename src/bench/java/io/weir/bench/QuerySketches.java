package io.weir.bench;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HexFormat;
import org.apache.datasketches.hll.HllSketch;
import org.apache.datasketches.hll.TgtHllType;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/** Sketches beside the sums of buckets, as the writer would have left them if two of three events were of another visitor. */
final class QuerySketches {
    private static final int LOG_2_OF_REGISTERS = 12;
    private static final int ROWS_AT_ONCE = 10_000;

    private QuerySketches() {}

    /**
     * Writes one for each of a step's rows.
     *
     * @param reader connection whose rows are read, apart from the one that writes
     * @param condition which rows, as SQL
     */
    static void load(Connection reader, Connection writer, String step, String condition) throws SQLException {
        reader.setAutoCommit(false);
        try (PreparedStatement select =
                reader.prepareStatement("SELECT m.id, r.entity, r.bucket::text, r.value FROM rollup_" + step
                        + " AS r, rollup_measure AS m WHERE m.stream = 'bench' AND m.measure = 'uniques:visitor' AND "
                        + condition)) {
            select.setFetchSize(ROWS_AT_ONCE);
            CopyIn copy = writer.unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyIn("COPY rollup_" + step + "_sketch (measure, entity, bucket, sketch) FROM STDIN");
            try (ResultSet row = select.executeQuery()) {
                StringBuilder lines = new StringBuilder();
                for (int rows = 1; row.next(); rows++) {
                    lines.append(row.getInt(1))
                            .append('\t')
                            .append(row.getString(2))
                            .append('\t');
                    lines.append(row.getString(3)).append("\t\\\\x");
                    lines.append(HexFormat.of().formatHex(sketch(row.getLong(4), rows)));
                    lines.append('\n');
                    if (rows % ROWS_AT_ONCE == 0) {
                        send(copy, lines);
                    }
                }
                send(copy, lines);
            }
            copy.endCopy();
        }
        reader.commit();
    }

    private static void send(CopyIn copy, StringBuilder lines) throws SQLException {
        byte[] bytes = lines.toString().getBytes(StandardCharsets.UTF_8);
        copy.writeToCopy(bytes, 0, bytes.length);
        lines.setLength(0);
    }

    private static byte[] sketch(long events, long seed) {
        HllSketch sketch = new HllSketch(LOG_2_OF_REGISTERS, TgtHllType.HLL_4);
        for (long visitor = 0; visitor * 3 < events * 2; visitor++) {
            sketch.update((seed << 32) + visitor);
        }
        return sketch.toCompactByteArray();
    }
}
