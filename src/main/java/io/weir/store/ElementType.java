package io.weir.store;

import io.weir.definition.FieldType;

/** The PostgreSQL types in which values travel, with their fixed numbers in {@code pg_type}. */
enum ElementType {
    TEXT("text", 25, 1009),
    BIGINT("bigint", 20, 1016),
    DOUBLE("double precision", 701, 1022),
    BOOLEAN("boolean", 16, 1000),
    TIMESTAMP("timestamp with time zone", 1184, 1185),
    UUID("uuid", 2950, 2951),
    BYTES("bytea", 17, 1001);

    private final String sqlName;
    private final int oid;
    private final int arrayOid;

    ElementType(String sqlName, int oid, int arrayOid) {
        this.sqlName = sqlName;
        this.oid = oid;
        this.arrayOid = arrayOid;
    }

    static ElementType of(FieldType type) {
        return switch (type) {
            case TEXT, URL, IP, JSON -> TEXT;
            case LONG -> BIGINT;
            case DOUBLE -> DOUBLE;
            case BOOLEAN -> BOOLEAN;
            case TIMESTAMP -> TIMESTAMP;
            case UUID -> UUID;
        };
    }

    String sqlName() {
        return sqlName;
    }

    int oid() {
        return oid;
    }

    int arrayOid() {
        return arrayOid;
    }

    /** A parameter that takes an array of these and gives one value per row, as the type of a column. */
    String unnested(String columnType) {
        String values = "unnest(?::" + sqlName + "[])";
        return columnType.equals(sqlName) ? values : values + "::" + columnType;
    }

    /** A parameter that takes an array of one, as the type of a column. */
    String single(String columnType) {
        return "(?::" + sqlName + "[])[1]::" + columnType;
    }
}
