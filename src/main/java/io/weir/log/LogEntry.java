package io.weir.log;

import io.weir.event.EntryId;
import java.util.List;
import java.util.zip.CRC32C;

/** An entry as it was read. An item's index in the list is its place. */
public record LogEntry(EntryId id, List<LogItem> items) {
    /** Of what it holds, whatever its ID; never 0. */
    public long checksum() {
        CRC32C checksum = new CRC32C();
        for (LogItem item : items) {
            checksum.update(item.kind().name().charAt(0));
            checksum.update(item.payload());
        }
        return 1 + checksum.getValue();
    }
}
