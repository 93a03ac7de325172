package io.weir.store;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.jdbc.PgArray;

/**
 * An array on its way into a statement, in PostgreSQL's binary form.
 *
 * <p>The driver would send timestamps and UUIDs as text, for the server to parse; here they go as they are kept.
 */
final class ArrayParameter {
    private static final long MICROS_FROM_1970_TO_2000 = 946_684_800_000_000L;
    private static final int HEADER_BYTES = 20;
    private static final int HAS_NULL_OFFSET = 4;
    private static final int BYTES_PER_ELEMENT_AT_FIRST = 24;

    private final ElementType type;
    private ByteBuffer buffer;

    /** An array that is to get exactly {@code size} elements. */
    ArrayParameter(ElementType type, int size) {
        this.type = type;
        this.buffer = ByteBuffer.allocate(HEADER_BYTES + size * BYTES_PER_ELEMENT_AT_FIRST);
        buffer.putInt(size == 0 ? 0 : 1).putInt(0).putInt(type.oid());
        if (size > 0) {
            buffer.putInt(size).putInt(1);
        }
    }

    /** Adds a value of the Java type that the field types say. */
    void add(@Nullable Object value) {
        if (value == null) {
            room(4);
            buffer.putInt(-1);
            buffer.putInt(HAS_NULL_OFFSET, 1);
            return;
        }
        switch (type) {
            case TEXT -> addText((String) value);
            case BYTES -> addBytes((byte[]) value);
            case BIGINT -> {
                room(12);
                buffer.putInt(8).putLong((Long) value);
            }
            case DOUBLE -> {
                room(12);
                buffer.putInt(8).putDouble(((Number) value).doubleValue());
            }
            case BOOLEAN -> {
                room(5);
                buffer.putInt(1).put((Boolean) value ? (byte) 1 : 0);
            }
            case TIMESTAMP -> {
                room(12);
                buffer.putInt(8).putLong(Math.subtractExact((Long) value, MICROS_FROM_1970_TO_2000));
            }
            case UUID -> {
                UUID uuid = (UUID) value;
                room(20);
                buffer.putInt(16).putLong(uuid.getMostSignificantBits()).putLong(uuid.getLeastSignificantBits());
            }
        }
    }

    private void addText(String text) {
        int length = text.length();
        room(4 + length);
        byte[] bytes = buffer.array();
        int from = buffer.position() + 4;
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                addBytes(text.getBytes(StandardCharsets.UTF_8));
                return;
            }
            bytes[from + i] = (byte) c;
        }
        buffer.putInt(length).position(from + length);
    }

    private void addBytes(byte[] bytes) {
        room(4 + bytes.length);
        buffer.putInt(bytes.length).put(bytes);
    }

    private void room(int bytes) {
        if (buffer.remaining() < bytes) {
            int position = buffer.position();
            int capacity = Math.max(Math.multiplyExact(buffer.capacity(), 2), Math.addExact(position, bytes));
            buffer = ByteBuffer.wrap(Arrays.copyOf(buffer.array(), capacity)).position(position);
        }
    }

    void bind(PreparedStatement statement, int position) throws SQLException {
        byte[] bytes = Arrays.copyOf(buffer.array(), buffer.position());
        statement.setArray(
                position, new PgArray(statement.getConnection().unwrap(BaseConnection.class), type.arrayOid(), bytes));
    }
}
