package io.weir.ops;

import java.util.function.DoubleSupplier;

/**
 * A room of limited size, and whether it is full. It is from one share on, and no more from a lower one down: a room that
 * is filled and emptied around its limit would have balancers take a node out and in by the second. Thread-safe.
 */
public final class Room {
    private final String name;
    private final DoubleSupplier share;
    private final double fullAt;
    private final double roomAt;
    private boolean full;

    /**
     * A room.
     *
     * @param name for a person
     * @param share how much of it is taken, from 0 to 1; must not block
     */
    public Room(String name, DoubleSupplier share, double fullAt, double roomAt) {
        this.name = name;
        this.share = share;
        this.fullAt = fullAt;
        this.roomAt = roomAt;
    }

    /** Looks, and answers whether it is full; between two looks nothing changes. */
    public synchronized boolean isFull() {
        double taken = share.getAsDouble();
        full = taken >= (full ? Math.nextUp(roomAt) : fullAt);
        return full;
    }

    /** What is taken of what. */
    public String describe() {
        return Math.round(100 * share.getAsDouble()) + "% of " + name;
    }
}
