package io.weir.store;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The tables that definitions name, as the database has them; by the names that the definitions use. */
public record Catalog(Map<String, Table> tables) {
    /**
     * A table.
     *
     * @param takesRows whether it is an ordinary or partitioned table, not a view or something else
     * @param schemaUsable whether this user may use its schema
     * @param uniqueColumns columns that alone are a primary key or have a unique index that ON CONFLICT can use
     * @param isPartitioned whether it is divided into parts
     * @param partitionedBy the column by whose ranges alone it is; null when it is not, or in another way
     */
    public record Table(
            boolean takesRows,
            boolean schemaUsable,
            Map<String, Column> columns,
            Set<String> uniqueColumns,
            boolean isPartitioned,
            @Nullable String partitionedBy) {
        public Table {
            columns = Map.copyOf(columns);
            uniqueColumns = Set.copyOf(uniqueColumns);
        }
    }

    /**
     * A column.
     *
     * @param type PostgreSQL's name of its type, without length; of a domain its base type
     * @param filled whether the database gives it a value when an INSERT does not
     * @param generated whether only the database may set it
     */
    public record Column(
            String name,
            String type,
            boolean notNull,
            boolean filled,
            boolean generated,
            boolean selectable,
            boolean insertable,
            boolean updatable) {}

    public Catalog {
        tables = Map.copyOf(tables);
    }

    /** Null when there is no such table. */
    @Nullable
    Table table(String name) {
        return tables.get(name);
    }

    /** The type of a column that a check has found. */
    String type(String table, String column) {
        Table found = tables.get(table);
        Column columnFound = found == null ? null : found.columns().get(column);
        if (columnFound == null) {
            throw new IllegalArgumentException("the catalog holds no column " + column + " of " + table);
        }
        return columnFound.type();
    }

    /** Whether ON CONFLICT can name this column. */
    boolean isUnique(String table, String column) {
        Table found = tables.get(table);
        return found != null && found.uniqueColumns().contains(column);
    }
}
