package io.weir.pipeline;

import io.weir.log.LogEntry;
import java.util.List;

/** How many entries to ask for, so that a read brings about one window whatever the entries pack. */
final class ReadSize {
    private final int maxEntries;
    private double eventsPerEntry = 1;

    ReadSize(int maxEntries) {
        this.maxEntries = maxEntries;
    }

    int entriesFor(int events) {
        return (int) Math.clamp(Math.ceil(events / eventsPerEntry), 1, maxEntries);
    }

    void observe(List<LogEntry> entries) {
        if (entries.isEmpty()) {
            return;
        }
        long events = 0;
        for (LogEntry entry : entries) {
            events += entry.items().size();
        }
        eventsPerEntry = (eventsPerEntry + Math.max(1.0, (double) events / entries.size())) / 2;
    }
}
