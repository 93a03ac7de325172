package io.weir.link;

import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * Links in memory, up to a number; beyond it one goes that was not asked for since the last search for such a one: SIEVE,
 * which keeps what is popular as well as orders of use do (Zhang et al., "SIEVE is Simpler than LRU", NSDI 2024).
 *
 * <p>An order of use writes references into some five old objects with each link that is found, and into more with each that
 * comes or goes, and each collection of garbage has to look at all of them while everybody waits. Here a link that is found
 * gets a mark, and the order of their coming is in arrays of numbers: a link that comes is one reference in an array and
 * one in a map. Looking is free of locks; whoever changes something holds this object's monitor.
 */
final class Sieve {
    private static final int NONE = -1;

    private final ConcurrentMap<String, HeldLink> links = new ConcurrentHashMap<>();

    // guarded by this: the place of each link, and for each place those of the links that came next and before
    private final HeldLink[] places;
    private final int[] newer;
    private final int[] older;
    private int newest = NONE;
    private int oldest = NONE;
    private int hand = NONE;
    private int free;

    Sieve(int maximum) {
        places = new HeldLink[maximum];
        newer = new int[maximum];
        older = new int[maximum];
        Arrays.setAll(newer, place -> place + 1 == maximum ? NONE : place + 1);
    }

    /** What is held of a code, which is wanted by that. */
    @Nullable
    HeldLink find(String code) {
        HeldLink held = links.get(code);
        if (held != null) {
            held.want();
        }
        return held;
    }

    /** What is held of a code, for who looks after it. */
    @Nullable
    HeldLink peek(String code) {
        return links.get(code);
    }

    /** Holds a link from now on, in place of what was held of its code. */
    synchronized void put(HeldLink link) {
        HeldLink before = links.get(link.code());
        if (before != null) {
            link.place = before.place;
            places[link.place] = link;
        } else {
            if (free == NONE) {
                evict();
            }
            link.place = free;
            free = newer[free];
            places[link.place] = link;
            newer[link.place] = NONE;
            older[link.place] = newest;
            if (newest == NONE) {
                oldest = link.place;
            } else {
                newer[newest] = link.place;
            }
            newest = link.place;
        }
        links.put(link.code(), link);
    }

    /** Forgets a code. */
    synchronized void remove(String code) {
        HeldLink held = links.remove(code);
        if (held != null) {
            release(held.place);
        }
    }

    /** Goes on from where the last search ended, from the oldest to the newest, and takes their marks from those it passes. */
    private void evict() {
        int place = hand == NONE ? oldest : hand;
        while (places[place].wanted) {
            places[place].wanted = false;
            place = newer[place] == NONE ? oldest : newer[place];
        }
        hand = place;
        links.remove(places[place].code());
        release(place);
    }

    @SuppressWarnings("NullAway") // a place that is free holds nothing, and nobody looks there
    private void release(int place) {
        if (hand == place) {
            hand = newer[place];
        }
        if (newer[place] == NONE) {
            newest = older[place];
        } else {
            older[newer[place]] = older[place];
        }
        if (older[place] == NONE) {
            oldest = newer[place];
        } else {
            newer[older[place]] = newer[place];
        }
        places[place] = null;
        newer[place] = free;
        free = place;
    }

    int size() {
        return links.size();
    }
}
