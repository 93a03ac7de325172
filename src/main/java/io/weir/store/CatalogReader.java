package io.weir.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads a {@link Catalog} from the database. */
final class CatalogReader {
    private static final String TABLE = """
        SELECT c.oid::bigint, c.relkind IN ('r', 'p'), has_schema_privilege(c.relnamespace, 'USAGE'), c.relkind = 'p',
               (SELECT a.attname FROM pg_partitioned_table p
                JOIN pg_attribute a ON a.attrelid = p.partrelid AND a.attnum = p.partattrs[0]
                WHERE p.partrelid = c.oid AND p.partstrat = 'r' AND p.partnatts = 1)
        FROM pg_class c WHERE c.oid = to_regclass(?)
        """;
    private static final String COLUMNS = """
        SELECT a.attname, format_type(CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END, NULL),
               a.attnotnull OR t.typnotnull, a.atthasdef OR a.attidentity <> '', a.attgenerated <> '' OR a.attidentity = 'a',
               has_column_privilege(a.attrelid, a.attnum, 'SELECT'),
               has_column_privilege(a.attrelid, a.attnum, 'INSERT'),
               has_column_privilege(a.attrelid, a.attnum, 'UPDATE')
        FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
        WHERE a.attrelid = ?::oid AND a.attnum > 0 AND NOT a.attisdropped
        """;
    private static final String UNIQUE_COLUMNS = """
        SELECT a.attname
        FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
        WHERE i.indrelid = ?::oid AND i.indisunique AND i.indisvalid AND i.indimmediate
          AND i.indnkeyatts = 1 AND i.indpred IS NULL AND i.indexprs IS NULL
        """;

    private CatalogReader() {}

    static Catalog read(Connection connection, Set<String> names) throws SQLException {
        Map<String, Catalog.Table> tables = new HashMap<>();
        for (String name : names) {
            Catalog.Table table = readTable(connection, name);
            if (table != null) {
                tables.put(name, table);
            }
        }
        return new Catalog(tables);
    }

    private static Catalog.@Nullable Table readTable(Connection connection, String name) throws SQLException {
        long oid;
        boolean takesRows;
        boolean schemaUsable;
        boolean isPartitioned;
        String partitionedBy;
        try (PreparedStatement statement = connection.prepareStatement(TABLE)) {
            statement.setString(1, Identifiers.table(name));
            try (ResultSet found = statement.executeQuery()) {
                if (!found.next()) {
                    return null;
                }
                oid = found.getLong(1);
                takesRows = found.getBoolean(2);
                schemaUsable = found.getBoolean(3);
                isPartitioned = found.getBoolean(4);
                partitionedBy = found.getString(5);
            }
        }
        Map<String, Catalog.Column> columns = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(COLUMNS)) {
            statement.setLong(1, oid);
            try (ResultSet found = statement.executeQuery()) {
                while (found.next()) {
                    columns.put(
                            found.getString(1),
                            new Catalog.Column(
                                    found.getString(1),
                                    found.getString(2),
                                    found.getBoolean(3),
                                    found.getBoolean(4),
                                    found.getBoolean(5),
                                    found.getBoolean(6),
                                    found.getBoolean(7),
                                    found.getBoolean(8)));
                }
            }
        }
        Set<String> unique = new HashSet<>();
        try (PreparedStatement statement = connection.prepareStatement(UNIQUE_COLUMNS)) {
            statement.setLong(1, oid);
            try (ResultSet found = statement.executeQuery()) {
                while (found.next()) {
                    unique.add(found.getString(1));
                }
            }
        }
        return new Catalog.Table(takesRows, schemaUsable, columns, unique, isPartitioned, partitionedBy);
    }
}
