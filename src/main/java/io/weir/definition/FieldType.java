package io.weir.definition;

/** What a field's values are, and as which Java type a decoded event carries them. */
public enum FieldType {
    /** {@link String}, without NUL (PostgreSQL refuses it). */
    TEXT,
    /** {@link Long}. */
    LONG,
    /** {@link Double}, finite. */
    DOUBLE,
    /** {@link Boolean}. */
    BOOLEAN,
    /** {@link Long}: microseconds since 1970-01-01T00:00:00Z, PostgreSQL's own resolution. */
    TIMESTAMP,
    /** {@link java.util.UUID}. */
    UUID,
    /** {@link String}: an absolute http or https URL, as it was sent. */
    URL,
    /** {@link String}: an IPv4 or IPv6 address in canonical form. */
    IP,
    /** {@link String}: compact JSON text. */
    JSON;

    /** The name in a definition file. */
    public String label() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }
}
