package io.weir.log;

import io.weir.event.EntryId;
import java.util.List;

/** An entry as it was read. An item's index in the list is its place. */
public record LogEntry(EntryId id, List<LogItem> items) {}
