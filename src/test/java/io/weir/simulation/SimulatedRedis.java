package io.weir.simulation;

import io.weir.event.EntryId;
import io.weir.log.LogEntry;
import io.weir.log.LogItem;
import io.weir.log.PartitionTakeover;
import io.weir.log.ReaderFailure;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A Redis with one stream: entries, consumer groups with their pending lists, trimming, and what befalls it: its tail
 * and its groups rolled back, a promoted replica whose clock is behind, everything flushed.
 */
final class SimulatedRedis {
    /** An entry with the events that it carries. */
    private record Stored(LogEntry entry, List<SimulatedEvent> events) {}

    private static final class Group {
        private EntryId delivered;
        private final TreeSet<EntryId> pending = new TreeSet<>();

        Group(EntryId delivered) {
            this.delivered = delivered;
        }

        Group copy() {
            Group copy = new Group(delivered);
            copy.pending.addAll(pending);
            return copy;
        }
    }

    private static final class State {
        private final List<Stored> entries = new ArrayList<>();
        private final Map<String, Group> groups = new LinkedHashMap<>();
        private EntryId lastId = EntryId.ZERO;
        private boolean exists;

        State copy() {
            State copy = new State();
            copy.entries.addAll(entries);
            groups.forEach((name, group) -> copy.groups.put(name, group.copy()));
            copy.lastId = lastId;
            copy.exists = exists;
            return copy;
        }
    }

    /** Events that Redis acknowledged and lost. */
    final BitSet lost = new BitSet();
    /** Events whose entry got an ID at or below one that had been given before. */
    final BitSet belowEarlierIds = new BitSet();

    /** Events that nobody can find, for the very entry at the cursor seems to be there. */
    final BitSet hidden = new BitSet();

    private final World world;
    /** Of the entry that an ID was given to first. */
    private final Map<EntryId, Long> checksums = new HashMap<>();

    private final Set<EntryId> reused = new HashSet<>();
    private final List<Runnable> blocked = new ArrayList<>();
    private State state = new State();
    private State saved = new State();
    private EntryId highestEver = EntryId.ZERO;
    private long clockLag;
    private int generation;

    SimulatedRedis(World world) {
        this.world = world;
    }

    /** Changes when every connection is lost. */
    int generation() {
        return generation;
    }

    EntryId append(List<SimulatedEvent> events) {
        long clock = Math.max(1, world.now() - clockLag);
        EntryId id = clock > state.lastId.millis()
                ? new EntryId(clock, 0)
                : new EntryId(state.lastId.millis(), state.lastId.sequence() + 1);
        List<LogItem> items = new ArrayList<>();
        for (SimulatedEvent event : events) {
            items.add(event.item());
        }
        if (id.isAfter(highestEver)) {
            highestEver = id;
        } else {
            reused.add(id);
            world.saw(Seen.ID_AT_OR_BELOW_AN_EARLIER_ONE);
            events.forEach(event -> belowEarlierIds.set(event.number()));
        }
        state.lastId = id;
        state.exists = true;
        LogEntry entry = new LogEntry(id, items);
        checksums.putIfAbsent(id, entry.checksum());
        state.entries.add(new Stored(entry, events));
        wakeReaders();
        return id;
    }

    List<PartitionTakeover.Group> groups() {
        List<PartitionTakeover.Group> groups = new ArrayList<>();
        state.groups.forEach((name, group) -> groups.add(new PartitionTakeover.Group(name, group.pending.size())));
        return groups;
    }

    boolean destroyGroup(String name) {
        boolean destroyed = state.groups.remove(name) != null;
        wakeReaders();
        return destroyed;
    }

    boolean createGroup(String name, EntryId readFrom) {
        if (state.groups.containsKey(name)) {
            throw new ReaderFailure(ReaderFailure.Reason.UNAVAILABLE, "BUSYGROUP");
        }
        state.exists = true;
        state.groups.put(name, new Group(readFrom));
        return true;
    }

    EntryId lastId() {
        return state.lastId;
    }

    /** The checksum of an entry; 0 when there is none. */
    long checksum(EntryId id) {
        for (Stored stored : state.entries) {
            if (stored.entry().id().equals(id)) {
                long checksum = stored.entry().checksum();
                if (reused.contains(id)) {
                    world.saw(Seen.CURSORS_ID_GIVEN_TWICE);
                    if (checksums.getOrDefault(id, 0L) == checksum) {
                        hidden.or(belowEarlierIds);
                    }
                }
                return checksum;
            }
        }
        return 0;
    }

    boolean raiseLastId(EntryId id) {
        if (!state.exists || (!state.entries.isEmpty() && last().isAfter(id))) {
            throw new ReaderFailure(ReaderFailure.Reason.UNAVAILABLE, "ERR smaller than the stream's top item");
        }
        state.lastId = id;
        highestEver = id.isAfter(highestEver) ? id : highestEver;
        return true;
    }

    /** What XREADGROUP answers; null when it would wait. */
    @Nullable
    List<LogEntry> read(String name, int count) {
        Group group = state.groups.get(name);
        if (group == null) {
            throw new ReaderFailure(ReaderFailure.Reason.GROUP_GONE, "NOGROUP");
        }
        List<LogEntry> read = new ArrayList<>();
        for (Stored stored : state.entries) {
            EntryId id = stored.entry().id();
            if (id.isAfter(group.delivered) && read.size() < count) {
                read.add(stored.entry());
                group.pending.add(id);
            }
        }
        if (read.isEmpty()) {
            return null;
        }
        group.delivered = read.getLast().id();
        return read;
    }

    /** Has a read that waits look again at the next change, or once its time is over. */
    void block(Runnable read) {
        blocked.add(read);
    }

    void wakeReaders() {
        List<Runnable> woken = List.copyOf(blocked);
        blocked.clear();
        woken.forEach(read -> world.later(null, read, "redis: a waiting read looks again"));
    }

    void acknowledge(String name, List<EntryId> ids) {
        Group group = state.groups.get(name);
        if (group != null) {
            ids.forEach(group.pending::remove);
        }
    }

    void trim(EntryId minimum) {
        int before = state.entries.size();
        // XTRIM with ~ removes whole nodes: any number of those that it may
        int most = world.chance(70) ? before : world.random.nextInt(before + 1);
        while (most-- > 0
                && !state.entries.isEmpty()
                && minimum.isAfter(state.entries.getFirst().entry().id())) {
            state.entries.removeFirst();
        }
        if (state.entries.size() < before) {
            world.saw(Seen.TRIMMED);
        }
    }

    /** What is there now survives. */
    void save() {
        saved = state.copy();
    }

    /** Goes back to what was saved: entries, groups and the last ID. */
    void rollBack() {
        State before = state;
        state = saved.copy();
        for (Stored stored : before.entries) {
            if (!state.entries.contains(stored)) {
                lose(stored);
            }
        }
        if (world.chance(70)) {
            loseConnections();
        } else {
            // a proxy in between hides what happened behind it
            wakeReaders();
        }
    }

    /** A replica takes over that lacks the tail and whose clock is behind. */
    void promoteReplica() {
        clockLag = world.random.nextInt(SimulatedStream.MAX_CLOCK_LAG_MILLIS);
        rollBack();
    }

    void flush() {
        state.entries.forEach(this::lose);
        state = new State();
        wakeReaders();
    }

    void loseConnections() {
        generation++;
        wakeReaders();
    }

    void destroyAGroup() {
        if (!state.groups.isEmpty()) {
            List<String> names = List.copyOf(state.groups.keySet());
            destroyGroup(names.get(world.random.nextInt(names.size())));
        }
    }

    /** XGROUP SETID: somebody has it all delivered again. */
    void setGroupsBack() {
        state.groups.values().forEach(group -> group.delivered = EntryId.ZERO);
        wakeReaders();
    }

    /** XGROUP DELCONSUMER: what its consumer had pending is forgotten. */
    void deleteConsumers() {
        state.groups.values().forEach(group -> group.pending.clear());
    }

    private void lose(Stored stored) {
        world.log(null, "redis loses ", stored.entry().id(), " ", stored.events());
        stored.events().forEach(event -> lost.set(event.number()));
    }

    private EntryId last() {
        return state.entries.getLast().entry().id();
    }
}
