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
    private static final byte[] EVENT = {'e'};
    private static final byte[] REFUSED = {'d'};

    /** About what an item costs on the heap beside its payload. */
    private static final int ITEM_OVERHEAD_BYTES = 64;

    private static final int UNKNOWN = -1;

    private boolean keySeen;
    private @Nullable EntryId id;
    private List<LogItem> items = List.of();
    private int remaining = UNKNOWN;
    private byte @Nullable [] name;
    private long bytes;

    EntriesOutput() {
        super(ByteArrayCodec.INSTANCE, new ArrayList<>());
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
        byte[] content = new byte[value.remaining()];
        byte[] itsName = name;
        if (itsName == null) {
            name = nameOf(value, content);
        } else {
            value.get(content);
            items.add(item(itsName, content));
            bytes += content.length + ITEM_OVERHEAD_BYTES;
            name = null;
        }
        remaining--;
        endEntryIfComplete();
    }

    private static byte[] nameOf(ByteBuffer value, byte[] content) {
        if (content.length == 1) {
            byte letter = value.get(value.position());
            if (letter == EVENT[0]) {
                return EVENT;
            }
            if (letter == REFUSED[0]) {
                return REFUSED;
            }
        }
        value.get(content);
        return content;
    }

    private static LogItem item(byte[] name, byte[] content) {
        if (name == EVENT) {
            return new LogItem(LogItem.Kind.EVENT, content);
        }
        if (name == REFUSED) {
            return new LogItem(LogItem.Kind.REFUSED, content);
        }
        byte[] payload = new byte[name.length + 1 + content.length];
        System.arraycopy(name, 0, payload, 0, name.length);
        payload[name.length] = '=';
        System.arraycopy(content, 0, payload, name.length + 1, content.length);
        return new LogItem(LogItem.Kind.FOREIGN, payload);
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
