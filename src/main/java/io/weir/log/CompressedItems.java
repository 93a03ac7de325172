package io.weir.log;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Many items as one field of an entry. Its name is {@code z} and their number, so that who counts them needs not unpack
 * them; its value is, by raw DEFLATE (RFC 1951), each item's kind, one letter, its length, four bytes, and its payload.
 *
 * <p>One for each thread, since what compresses is large and keeps its state outside the heap.
 */
final class CompressedItems {
    /** What is smaller than this is written as it is. */
    private static final int LEAST_BYTES = 512;

    /** What is more than this is written as it is, and not known again by its name. */
    private static final int MOST_ITEMS = 999_999;

    /** What would unpack to more than this was written by nobody who knows Weir's limits. */
    static final int MOST_BYTES = 64 << 20;

    /**
     * The number of items of one entry's fields, in Lua: counted without unpacking. What {@link #items} takes for items of
     * its own is counted as such, in an entry of one field.
     */
    static final String LUA_ITEMS_OF = """
        local function items_of(fields)
          local packed = #fields == 2 and string.match(fields[1], '^z([1-9]%d?%d?%d?%d?%d?)$')
          return packed and tonumber(packed) or #fields / 2
        end
        """;

    private static final int MOST_DIGITS = 6;
    private static final int HEADER_BYTES = 5;
    private static final int FIRST_BUFFER_BYTES = 32 << 10;
    /** Larger buffers are not kept: there is one for each thread, and few entries need them. */
    private static final int MOST_KEPT_BYTES = 1 << 20;

    private static final ThreadLocal<CompressedItems> OF_THREAD = ThreadLocal.withInitial(CompressedItems::new);

    private final Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);
    private final Inflater inflater = new Inflater(true);
    private byte[] plain = new byte[FIRST_BUFFER_BYTES];
    private byte[] packed = new byte[FIRST_BUFFER_BYTES];
    private int plainLength;

    private CompressedItems() {}

    static CompressedItems ofThread() {
        CompressedItems items = OF_THREAD.get();
        items.plainLength = 0;
        if (items.plain.length > MOST_KEPT_BYTES || items.packed.length > MOST_KEPT_BYTES) {
            items.plain = new byte[FIRST_BUFFER_BYTES];
            items.packed = new byte[FIRST_BUFFER_BYTES];
        }
        return items;
    }

    /** Whether so many items with so many bytes are worth compressing, and would be read again. */
    static boolean takes(int items, long bytes) {
        return bytes >= LEAST_BYTES && items <= MOST_ITEMS && bytes + (long) HEADER_BYTES * items <= MOST_BYTES;
    }

    /** The name of a field that holds so many items. */
    static byte[] name(int items) {
        return ("z" + items).getBytes(StandardCharsets.US_ASCII);
    }

    /** The number of items that a field of this name holds; 0 when it is no such name. */
    static int itemsOf(ByteBuffer name) {
        int digits = name.remaining() - 1;
        int at = name.position();
        if (digits < 1 || digits > MOST_DIGITS || name.get(at) != 'z' || name.get(at + 1) == '0') {
            return 0;
        }
        int items = 0;
        for (int index = 1; index <= digits; index++) {
            int digit = name.get(at + index) - '0';
            if (digit < 0 || digit > 9) {
                return 0;
            }
            items = 10 * items + digit;
        }
        return items;
    }

    /** Takes one more item. */
    void add(LogItem item) {
        byte[] payload = item.payload();
        int end = plainLength + HEADER_BYTES + payload.length;
        if (end > plain.length) {
            plain = Arrays.copyOf(plain, Math.max(end, 2 * plain.length));
        }
        ByteBuffer.wrap(plain, plainLength, HEADER_BYTES)
                .put((byte) item.kind().letter())
                .putInt(payload.length);
        System.arraycopy(payload, 0, plain, plainLength + HEADER_BYTES, payload.length);
        plainLength = end;
    }

    /** What was added, compressed; null when that is not smaller. Good until the next call. */
    @Nullable
    ByteBuffer pack() {
        if (packed.length < plainLength) {
            packed = new byte[plainLength];
        }
        deflater.reset();
        deflater.setInput(plain, 0, plainLength);
        deflater.finish();
        int length = deflater.deflate(packed, 0, plainLength);
        return deflater.finished() ? ByteBuffer.wrap(packed, 0, length) : null;
    }

    /** The items of a field; null when it holds anything else than so many of them. */
    @Nullable
    List<LogItem> items(int number, ByteBuffer value) {
        if (!unpack(value)) {
            return null;
        }
        List<LogItem> items = new ArrayList<>();
        ByteBuffer rest = ByteBuffer.wrap(plain, 0, plainLength);
        while (rest.remaining() >= HEADER_BYTES) {
            LogItem.Kind kind = LogItem.Kind.of((char) rest.get());
            int length = rest.getInt();
            if (kind == LogItem.Kind.FOREIGN || length < 0 || length > rest.remaining()) {
                return null;
            }
            byte[] payload = new byte[length];
            rest.get(payload);
            items.add(new LogItem(kind, payload));
        }
        return rest.hasRemaining() || items.size() != number ? null : items;
    }

    private boolean unpack(ByteBuffer value) {
        inflater.reset();
        inflater.setInput(value);
        plainLength = 0;
        try {
            while (!inflater.finished()) {
                if (plainLength == plain.length) {
                    if (plainLength >= MOST_BYTES) {
                        return false;
                    }
                    plain = Arrays.copyOf(plain, Math.min(MOST_BYTES, 2 * plain.length));
                }
                int more = inflater.inflate(plain, plainLength, plain.length - plainLength);
                if (more == 0 && (inflater.needsInput() || inflater.needsDictionary())) {
                    return false;
                }
                plainLength += more;
            }
            return !value.hasRemaining();
        } catch (DataFormatException foreign) {
            return false;
        }
    }
}
