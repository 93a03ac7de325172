package io.weir.chaos;

import java.util.ArrayList;
import java.util.List;

/**
 * The streams that are loaded, and their events. An event is a number: all that it holds follows from it, so that the
 * driver's log and the checker need no more than numbers.
 */
enum EventStream {
    /** Counters alone: the cursor is all that makes them exact. */
    CLICKS("chaos-clicks", "chaos_clicks", "", 1),
    /** Rows without a key and counters, two partitions: nothing in the database could tell a double from an event. */
    PLAIN("chaos-plain", "chaos_plain_totals", "chaos_plain", 2),
    /** Rows with a key and counters. */
    KEYED("chaos-keyed", "chaos_keyed_totals", "chaos_keyed", 1);

    static final List<EventStream> ALL = List.of(values());

    /** Entities of each stream. */
    static final int ENTITIES = 40;
    /** What the tables' constraints refuse. */
    private static final int POISON_AMOUNT = 5_000;

    private final String key;
    private final String counters;
    private final String rows;
    private final int partitions;

    EventStream(String key, String counters, String rows, int partitions) {
        this.key = key;
        this.counters = counters;
        this.rows = rows;
        this.partitions = partitions;
    }

    /** Its name, and its key in Redis where it has one partition. */
    String key() {
        return key;
    }

    /** The table of its counters. */
    String counters() {
        return counters;
    }

    /** The table of its rows; empty where it has none. */
    String rows() {
        return rows;
    }

    boolean hasRows() {
        return !rows.isEmpty();
    }

    String path() {
        return "/" + key;
    }

    /** Its keys in Redis, in the order of the partitions. */
    List<String> redisKeys() {
        if (partitions == 1) {
            return List.of(key);
        }
        List<String> keys = new ArrayList<>();
        for (int partition = 0; partition < partitions; partition++) {
            keys.add(key + ":{" + partition + "}");
        }
        return keys;
    }

    /** The event as a client sends it, or one that the database refuses. */
    static String json(long number, boolean poison) {
        return "{\"seq\":" + number + ",\"entity\":\"e" + entity(number) + "\",\"amount\":"
                + (poison ? POISON_AMOUNT : amount(number)) + "}";
    }

    /** Whether this one of a hundred is bad, where some are to be. */
    static boolean isPoison(long number) {
        return Math.floorMod(mix(number ^ 0x5bd1e995L), 100) == 0;
    }

    static int entity(long number) {
        return Math.floorMod(mix(number), ENTITIES);
    }

    static long amount(long number) {
        return 1L + Math.floorMod(mix(number + 1), 9);
    }

    private static int mix(long number) {
        long mixed = (number ^ number >>> 29) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94d049bb133111ebL;
        return (int) (mixed >>> 32);
    }
}
