package io.weir.pipeline;

import io.weir.definition.StreamDefinition;
import io.weir.event.EntityDelta;
import io.weir.event.EntryId;
import io.weir.event.Event;
import io.weir.event.EventReader;
import io.weir.event.InvalidEvent;
import io.weir.event.InvalidEventException;
import io.weir.event.RefusedEvent;
import io.weir.letter.ReasonClass;
import io.weir.log.LogEntry;
import io.weir.log.LogItem;
import io.weir.store.DeadLetter;
import io.weir.store.WindowCommit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The window that a consumer is filling: whole entries, decoded, in the order of the log. */
public final class OpenWindow {
    private final long number;
    private final EntryId from;
    private final StreamDefinition definition;
    private final EventReader eventReader;
    private final List<Event> events = new ArrayList<>();
    private final List<DeadLetter> deadLetters = new ArrayList<>();
    private final List<EntryId> entries = new ArrayList<>();
    private final Set<Object> touched = new HashSet<>();
    private Map<Object, List<Event>> unsentShares = new LinkedHashMap<>();
    private EntryId to;
    private final long checksumBefore;
    private @Nullable LogEntry last;
    private long bytes;

    OpenWindow(long number, EntryId from, long checksum, StreamDefinition definition, EventReader eventReader) {
        this.number = number;
        this.from = from;
        this.to = from;
        this.checksumBefore = checksum;
        this.definition = definition;
        this.eventReader = eventReader;
    }

    public long number() {
        return number;
    }

    public EntryId from() {
        return from;
    }

    public EntryId to() {
        return to;
    }

    /** Of what the entry at its end holds. */
    long checksum() {
        return last == null ? checksumBefore : last.checksum();
    }

    public List<Event> events() {
        return events;
    }

    public List<DeadLetter> deadLetters() {
        return deadLetters;
    }

    public List<EntryId> entries() {
        return entries;
    }

    /** The entities that have events in it. */
    public Set<Object> touched() {
        return touched;
    }

    public int size() {
        return events.size() + deadLetters.size();
    }

    long bytes() {
        return bytes;
    }

    public boolean isEmpty() {
        return entries.isEmpty();
    }

    /** Adds an entry that stands after all others of the window. */
    void add(LogEntry entry) {
        for (int index = 0; index < entry.items().size(); index++) {
            add(entry.id(), index, entry.items().get(index));
        }
        endEntry(entry);
    }

    /** Says that every item of an entry was added. */
    void endEntry(LogEntry entry) {
        entries.add(entry.id());
        to = entry.id();
        last = entry;
    }

    /** Adds an item that is not to be looked at, as a dead letter. */
    void condemn(EntryId id, int index, LogItem item, String reason, ReasonClass reasonClass) {
        deadLetters.add(new DeadLetter(
                id, index, item.payload(), reason, reasonClass, null, null, eventReader.letterOf(item.payload())));
        bytes += item.payload().length;
    }

    /**
     * Adds an entry at or below the cursor, read again because Redis lost its tail: its keyed events alone, which the
     * database can tell from those that it has.
     */
    void addRewound(LogEntry entry) {
        for (int index = 0; index < entry.items().size(); index++) {
            LogItem item = entry.items().get(index);
            Event event = item.kind() == LogItem.Kind.EVENT ? decode(entry.id(), index, item) : null;
            if (event != null && event.key() != null) {
                take(event);
            }
        }
        entries.add(entry.id());
    }

    /** The window as it is written, with the events folded by entity. */
    public WindowCommit commit(long epoch, List<EntityDelta> deltas) {
        return new WindowCommit(epoch, number, from, to, checksum(), events, deadLetters, deltas);
    }

    /** Takes each entity's share of what was added since the last call. */
    public Map<Object, List<Event>> takeShares() {
        Map<Object, List<Event>> shares = unsentShares;
        unsentShares = new LinkedHashMap<>();
        return shares;
    }

    /** Adds the next item of an entry. */
    void add(EntryId id, int index, LogItem item) {
        switch (item.kind()) {
            case EVENT -> {
                Event event = decode(id, index, item);
                if (event != null) {
                    take(event);
                }
            }
            case REFUSED -> {
                InvalidEvent refused = RefusedEvent.decode(item.payload());
                String reason = refused.field() == null ? refused.reason() : refused.field() + ": " + refused.reason();
                deadLetters.add(new DeadLetter(id, index, refused.raw(), reason, null, refused.key()));
            }
            case FOREIGN ->
                deadLetters.add(new DeadLetter(
                        id, index, item.payload(), "the entry holds a field that Weir does not write", null, null));
        }
        bytes += item.payload().length;
    }

    private @Nullable Event decode(EntryId id, int index, LogItem item) {
        try {
            return eventReader.read(id, index, item.payload());
        } catch (InvalidEventException invalid) {
            deadLetters.add(new DeadLetter(
                    id,
                    index,
                    item.payload(),
                    invalid.toString(),
                    ReasonClass.INVALID,
                    null,
                    null,
                    eventReader.letterOf(item.payload())));
            return null;
        }
    }

    private void take(Event event) {
        events.add(event);
        if (definition.counters().isEmpty()) {
            return;
        }
        Object entity = event.entity(definition);
        if (entity == null) {
            // only a definition whose entity field can be empty gets here, and those are refused at the start
            throw new IllegalStateException("event " + event.entryId() + " has no entity");
        }
        touched.add(entity);
        unsentShares.computeIfAbsent(entity, _ -> new ArrayList<>(4)).add(event);
    }
}
