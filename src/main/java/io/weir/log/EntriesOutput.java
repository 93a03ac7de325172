package io.weir.log;

import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.CommandOutput;
import io.weir.event.EntryId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the answer of XREADGROUP for one stream: {@code [[key, [[id, [name, value, …]], …]]]}, or nil.
 *
 * <p>Lettuce's own output puts an entry's fields into a map, which keeps one of those that share a name.
 */
final class EntriesOutput extends CommandOutput<byte[], byte[], List<LogEntry>> {
    /** About what an item costs on the heap beside its payload. */
    private static final int ITEM_OVERHEAD_BYTES = 64;

    private static final int UNKNOWN = -1;

    private boolean keySeen;
    private @Nullable EntryId id;
    private List<LogItem> items = List.of();
    private int remaining = UNKNOWN;
    private LogItem.@Nullable Kind kind;
    private byte[] foreignName = {};
    private int compressed;
    private long bytes;

    EntriesOutput() {
        super(ByteArrayCodec.INSTANCE, new ArrayList<>());
    }

    /** Reads the answer of XRANGE, which is that list without the stream's key. */
    static EntriesOutput ofOneStream() {
        EntriesOutput output = new EntriesOutput();
        output.keySeen = true;
        return output;
    }

    /** The heap that the entries take, about. */
    long bytes() {
        return bytes;
    }

    @Override
    public void multi(int count) {
        if (id != null && remaining == UNKNOWN) {
            remaining = Math.max(0, count);
            items = new ArrayList<>(remaining / 2);
            endEntryIfComplete();
        }
    }

    @Override
    public void set(@Nullable ByteBuffer value) {
        if (value == null) {
            // the whole answer: nothing came in time
            return;
        }
        if (!keySeen) {
            keySeen = true;
        } else if (id == null) {
            id = EntryIdOutput.parse(value);
            remaining = UNKNOWN;
        } else {
            field(value);
        }
    }

    private void field(ByteBuffer value) {
        LogItem.Kind itsKind = kind;
        if (itsKind == null) {
            kind = value.remaining() == 1 ? LogItem.Kind.of((char) value.get(value.position())) : LogItem.Kind.FOREIGN;
            compressed = CompressedItems.itemsOf(value);
            if (kind == LogItem.Kind.FOREIGN) {
                foreignName = new byte[value.remaining()];
                value.get(foreignName);
            }
        } else {
            List<LogItem> unpacked =
                    compressed > 0 ? CompressedItems.ofThread().items(compressed, value.duplicate()) : null;
            if (unpacked == null) {
                add(new LogItem(itsKind, payload(value, itsKind == LogItem.Kind.FOREIGN ? foreignName : null)));
            } else {
                unpacked.forEach(this::add);
            }
            kind = null;
        }
        remaining--;
        endEntryIfComplete();
    }

    private void add(LogItem item) {
        items.add(item);
        bytes += item.payload().length + ITEM_OVERHEAD_BYTES;
    }

    private static byte[] payload(ByteBuffer value, byte @Nullable [] name) {
        if (name == null) {
            byte[] payload = new byte[value.remaining()];
            value.get(payload);
            return payload;
        }
        byte[] payload = new byte[name.length + 1 + value.remaining()];
        System.arraycopy(name, 0, payload, 0, name.length);
        payload[name.length] = '=';
        value.get(payload, name.length + 1, value.remaining());
        return payload;
    }

    private void endEntryIfComplete() {
        EntryId itsId = id;
        if (remaining == 0 && itsId != null) {
            output.add(new LogEntry(itsId, items));
            id = null;
            remaining = UNKNOWN;
        }
    }
}
