package io.weir.store;

import io.weir.definition.DayPartitioning;
import io.weir.definition.RowColumn;
import io.weir.definition.RowTable;
import io.weir.definition.StreamDefinition;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a plain table one that is divided into days, in one transaction. What it holds stays where it is, as the part of
 * before tomorrow; only rows that are later, or have no time, are moved. Its keys become known to {@code event_key}, which
 * decides from then on.
 */
final class TableConversion {
    private static final Logger LOG = LoggerFactory.getLogger(TableConversion.class);

    /** What would be lost, or would go on to see the old rows alone. */
    private static final String OBSTACLES = """
        WITH t AS (SELECT ?::regclass::oid AS oid)
        SELECT 'the view ' || r.ev_class::regclass || ' reads it' FROM t
          JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = t.oid
            AND d.classid = 'pg_rewrite'::regclass
          JOIN pg_rewrite r ON r.oid = d.objid WHERE r.ev_class <> t.oid
        UNION SELECT 'the foreign key ' || conname || ' of ' || conrelid::regclass FROM t, pg_constraint
          WHERE contype = 'f' AND t.oid IN (conrelid, confrelid)
        UNION SELECT 'the trigger ' || tgname FROM t, pg_trigger WHERE tgrelid = t.oid AND NOT tgisinternal
        UNION SELECT 'the rule ' || rulename FROM t, pg_rewrite WHERE ev_class = t.oid
        UNION SELECT 'it inherits, or is inherited from' FROM t, pg_inherits WHERE t.oid IN (inhrelid, inhparent)
        UNION SELECT 'its rows have policies' FROM t JOIN pg_class c ON c.oid = t.oid WHERE c.relrowsecurity
        UNION SELECT 'it belongs to ' || relowner::regrole FROM t JOIN pg_class c ON c.oid = t.oid
          WHERE relowner <> (SELECT oid FROM pg_roles WHERE rolname = current_user)
        UNION SELECT 'the publication ' || p.pubname FROM t
          JOIN pg_publication_rel r ON r.prrelid = t.oid JOIN pg_publication p ON p.oid = r.prpubid
        UNION SELECT 'the column ' || attname || ' has rights, a sequence or an expression of its own' FROM t
          JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
          WHERE a.attacl IS NOT NULL OR a.attidentity <> '' OR a.attgenerated <> '' OR EXISTS (
            SELECT FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
            WHERE d.classid = 'pg_class'::regclass AND d.refobjid = t.oid AND d.refobjsubid = a.attnum)
        UNION SELECT 'the index ' || i.indexrelid::regclass || ' is unique or excludes' FROM t
          JOIN pg_index i ON i.indrelid = t.oid AND (i.indisunique OR i.indisexclusion)
          WHERE (i.indnkeyatts = 1 AND i.indpred IS NULL AND i.indexprs IS NULL AND NOT i.indisprimary
            AND i.indkey[0] = (SELECT attnum FROM pg_attribute WHERE attrelid = t.oid AND attname = ?)) IS NOT TRUE
        """;

    private static final String IS_PLAIN_WITH_TIME = """
        SELECT true FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.oid = to_regclass(?) AND c.relkind = 'r' AND a.attname = ? AND a.atttypid = 'timestamptz'::regtype
        """;
    private static final String INDEXES = """
        SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname), c.relname, pg_get_indexdef(c.oid)
        FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE i.indrelid = to_regclass(?) AND NOT i.indisunique AND i.indisvalid ORDER BY 2
        """;
    private static final String UNIQUE_INDEXES = """
        SELECT CASE WHEN k.oid IS NULL THEN 'DROP INDEX ' || i.indexrelid::regclass
                    ELSE 'ALTER TABLE ' || i.indrelid::regclass || ' DROP CONSTRAINT ' || quote_ident(k.conname) END
        FROM pg_index i LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.contype = 'u'
        WHERE i.indrelid = to_regclass(?) AND i.indisunique
        """;
    private static final String RIGHTS = """
        SELECT 'GRANT ' || a.privilege_type || ' ON ' || c.oid::regclass || ' TO '
            || CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END
            || CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END
        FROM pg_class c, aclexplode(c.relacl) a WHERE c.oid = to_regclass(?) AND a.grantee <> c.relowner
        """;
    private static final String COMMENT =
            "SELECT 'COMMENT ON TABLE ' || oid::regclass || ' IS ' || quote_literal(obj_description(oid, 'pg_class'))"
                    + " FROM pg_class WHERE oid = to_regclass(?)";
    private static final String KEYS_ARE_UNIQUE_TEXT = """
        SELECT true FROM pg_attribute a JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisunique
        WHERE a.attrelid = to_regclass(?) AND a.attname = ? AND i.indnkeyatts = 1 AND i.indkey[0] = a.attnum
        """;

    private final StreamDefinition definition;
    private final RowTable table;
    private final DayPartitioning partition;
    private final LocalDate today;
    private final KeyDays keyDays;

    TableConversion(
            StreamDefinition definition, RowTable table, DayPartitioning partition, LocalDate today, KeyDays keyDays) {
        this.definition = definition;
        this.table = table;
        this.partition = partition;
        this.today = today;
        this.keyDays = keyDays;
    }

    /**
     * Divides the table if it is not yet.
     *
     * @return why it can't be; empty when it is divided, and when it is no table that could be, which others tell
     */
    Optional<String> run(Connection connection, String lockTimeoutMillis) throws SQLException {
        keyDays.ensure(List.of(today));
        List<String> obstacles = new ArrayList<>();
        DayTables.inTransaction(connection, lockTimeoutMillis, () -> {
            DayTables.lock(connection, TablePartitions.ADVISORY_LOCK);
            if (isPlainWithTime(connection)) {
                DayTables.execute(
                        connection, "LOCK TABLE " + Identifiers.table(table.table()) + " IN ACCESS EXCLUSIVE MODE");
                obstacles.addAll(obstacles(connection));
                if (obstacles.isEmpty()) {
                    divide(connection);
                }
            }
        });
        return obstacles.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", obstacles));
    }

    private boolean isPlainWithTime(Connection connection) throws SQLException {
        return !texts(connection, IS_PLAIN_WITH_TIME, Identifiers.table(table.table()), partition.by())
                .isEmpty();
    }

    private List<String> obstacles(Connection connection) throws SQLException {
        RowColumn key = table.keyColumn();
        List<String> obstacles =
                texts(connection, OBSTACLES, Identifiers.table(table.table()), key == null ? "" : key.column());
        if (decides(connection) && isUuid(connection)) {
            obstacles.add("it keeps keys as UUIDs, from which event_key can't be filled");
        }
        return obstacles;
    }

    private void divide(Connection connection) throws SQLException {
        String schema = schema(connection);
        String name = table.table().substring(table.table().indexOf('.') + 1);
        LocalDate end = today.plusDays(1);
        String suffix = "_before_" + DayTables.suffix(end);
        String divided = schema + Identifiers.column(name);
        String old = schema + Identifiers.column(name + suffix);
        String byDefault = schema + Identifiers.column(name + "_default");
        long keys = decides(connection) ? keepKeys(connection, divided) : 0;
        List<String> rights = texts(connection, RIGHTS, divided);
        List<String> comments = texts(connection, COMMENT, divided);
        List<String> indexes = indexes(connection, divided, suffix);
        for (String unique : texts(connection, UNIQUE_INDEXES, divided)) {
            DayTables.execute(connection, unique);
        }
        DayTables.execute(connection, "ALTER TABLE " + divided + " RENAME TO " + Identifiers.column(name + suffix));
        DayTables.execute(
                connection,
                "CREATE TABLE " + divided + " (LIKE " + old
                        + " INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE"
                        + " INCLUDING COMMENTS) PARTITION BY RANGE (" + Identifiers.column(partition.by()) + ")");
        for (List<String> statements : List.of(indexes, rights, comments)) {
            for (String statement : statements) {
                DayTables.execute(connection, statement);
            }
        }
        DayTables.createLike(connection, divided, byDefault);
        DayTables.execute(connection, "ALTER TABLE " + divided + " ATTACH PARTITION " + byDefault + " DEFAULT");
        String columns = TablePartitions.columns(connection, divided);
        String by = Identifiers.column(partition.by());
        DayTables.execute(
                connection,
                "WITH moved AS (DELETE FROM " + old + " WHERE " + by + " >= " + TableParts.bound(end) + " OR " + by
                        + " IS NULL RETURNING " + columns + ") INSERT INTO " + byDefault + " (" + columns + ") SELECT "
                        + columns + " FROM moved");
        DayTables.attach(connection, divided, old, "MINVALUE", TableParts.bound(end));
        LOG.info(
                "{} is divided into days of {} from {} on; the {} keys of its rows are known for {} more",
                table.table(),
                partition.by(),
                end,
                keys,
                definition.dedup().window());
    }

    /** Whether its rows said until now whether an event is new. */
    private boolean decides(Connection connection) throws SQLException {
        RowColumn key = table.keyColumn();
        for (RowTable first : definition.rows()) {
            if (first.keepsEveryKey()) {
                return key != null
                        && first.equals(table)
                        && !definition.dedup().isByFields()
                        && !texts(connection, KEYS_ARE_UNIQUE_TEXT, Identifiers.table(table.table()), key.column())
                                .isEmpty();
            }
        }
        return false;
    }

    private boolean isUuid(Connection connection) throws SQLException {
        RowColumn key = table.keyColumn();
        return key != null
                && texts(
                                connection,
                                "SELECT format_type(atttypid, NULL) FROM pg_attribute WHERE attrelid = to_regclass(?)"
                                        + " AND attname = ?",
                                Identifiers.table(table.table()),
                                key.column())
                        .contains("uuid");
    }

    private long keepKeys(Connection connection, String table) throws SQLException {
        RowColumn key = this.table.keyColumn();
        if (key == null) {
            return 0;
        }
        String column = Identifiers.column(key.column());
        String sql = "INSERT INTO event_key (hash, day) SELECT " + KeyHash.sql(column) + ", ?::date FROM " + table
                + " WHERE " + column + " IS NOT NULL ON CONFLICT DO NOTHING";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, definition.name());
            statement.setString(2, today.toString());
            return statement.executeLargeUpdate();
        }
    }

    /** Renames the table's indexes, so that the divided one can have their names; answers what creates it its own. */
    private static List<String> indexes(Connection connection, String table, String suffix) throws SQLException {
        List<String> creating = new ArrayList<>();
        List<String> renaming = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(INDEXES)) {
            statement.setString(1, table);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    String name = row.getString(2);
                    String kept = name.substring(0, Math.min(name.length(), 63 - suffix.length()));
                    renaming.add("ALTER INDEX " + row.getString(1) + " RENAME TO " + Identifiers.column(kept + suffix));
                    creating.add(row.getString(3));
                }
            }
        }
        for (String rename : renaming) {
            DayTables.execute(connection, rename);
        }
        return creating;
    }

    /** The table's, quoted, with a dot, so that what is created stands beside it whatever the search path says. */
    private String schema(Connection connection) throws SQLException {
        String schema = texts(
                        connection,
                        "SELECT relnamespace::regnamespace::text FROM pg_class WHERE oid = to_regclass(?)",
                        Identifiers.table(table.table()))
                .getFirst();
        return schema + ".";
    }

    /** The first column of what a query answers, without nulls. */
    private static List<String> texts(Connection connection, String sql, String... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setString(i + 1, parameters[i]);
            }
            List<String> texts = new ArrayList<>();
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    String text = row.getString(1);
                    if (text != null) {
                        texts.add(text);
                    }
                }
            }
            return texts;
        }
    }
}
