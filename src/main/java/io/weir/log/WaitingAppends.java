package io.weir.log;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What of one partition waits to be sent, in order, and how much of it goes into an entry. Guarded by its writer's lock. */
final class WaitingAppends {
    /** What one command appends. */
    record Packed(List<AppendCommand.Part> parts, int events, long bytes) {}

    private final int maxEntryEvents;
    private final int maxEntryBytes;
    private final ArrayDeque<PendingAppend> appends = new ArrayDeque<>();

    WaitingAppends(int maxEntryEvents, int maxEntryBytes) {
        this.maxEntryEvents = maxEntryEvents;
        this.maxEntryBytes = maxEntryBytes;
    }

    void add(PendingAppend append) {
        appends.add(append);
    }

    boolean isEmpty() {
        return appends.isEmpty();
    }

    /** Takes what the next entry holds; there must be something. An append that is too large is taken in parts. */
    Packed take() {
        List<AppendCommand.Part> parts = new ArrayList<>();
        int events = 0;
        long bytes = 0;
        PendingAppend append = appends.peekFirst();
        while (append != null) {
            int size = append.items.size();
            AppendCommand.Part part;
            if (size <= maxEntryEvents && append.bytes <= maxEntryBytes) {
                if (events > 0 && (events + size > maxEntryEvents || bytes + append.bytes > maxEntryBytes)) {
                    break;
                }
                part = new AppendCommand.Part(append, 0, size, append.bytes);
            } else {
                part = slice(append, events, bytes);
                if (part.to() == part.from()) {
                    break;
                }
            }
            parts.add(part);
            events += part.to() - part.from();
            bytes += part.bytes();
            append.taken = part.to();
            if (!part.isLast()) {
                break;
            }
            appends.removeFirst();
            append = appends.peekFirst();
        }
        return new Packed(parts, events, bytes);
    }

    /** As many of the items that are not taken as fit into the room that is left; at least one into an empty entry. */
    private AppendCommand.Part slice(PendingAppend append, int eventsBefore, long bytesBefore) {
        int from = append.taken;
        int to = from;
        long bytes = 0;
        while (to < append.items.size() && eventsBefore + to - from < maxEntryEvents) {
            int next = append.items.get(to).payload().length;
            if (eventsBefore + to - from > 0 && bytesBefore + bytes + next > maxEntryBytes) {
                break;
            }
            bytes += next;
            to++;
        }
        return new AppendCommand.Part(append, from, to, bytes);
    }

    /**
     * Puts back what was not appended, to where it was.
     *
     * @return the part whose rest does not wait any more, and with it the part has nowhere to go; null when there is none
     */
    AppendCommand.@Nullable Part putBack(List<AppendCommand.Part> parts) {
        AppendCommand.Part orphan = null;
        for (AppendCommand.Part part : parts.reversed()) {
            if (part.isLast()) {
                appends.addFirst(part.append());
                part.append().taken = part.from();
            } else if (appends.peekFirst() == part.append()) {
                part.append().taken = part.from();
            } else {
                orphan = part;
            }
        }
        return orphan;
    }

    /** Takes those out that have waited for longer than so long. */
    List<PendingAppend> takeLate(long nowNanos, long timeoutNanos) {
        List<PendingAppend> late = new ArrayList<>();
        PendingAppend head = appends.peekFirst();
        while (head != null && nowNanos - head.beganNanos > timeoutNanos) {
            appends.removeFirst();
            late.add(head);
            head = appends.peekFirst();
        }
        return late;
    }

    /** Takes out what is left of an append of which a part was sent; false when it had been taken out. */
    boolean takeRest(PendingAppend append) {
        if (appends.peekFirst() != append) {
            return false;
        }
        appends.removeFirst();
        return true;
    }

    List<PendingAppend> takeAll() {
        List<PendingAppend> all = List.copyOf(appends);
        appends.clear();
        return all;
    }
}
