package io.weir.ops;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Whether requests should be sent to this node: not before all of it has started, not while it is full, and not from the
 * moment on at which it stops. Says nothing of Redis and PostgreSQL, which {@link Health} does: they are the same for all
 * nodes, and to take all of them out answers nobody's request. Thread-safe; asks nobody and does not block.
 */
public final class Readiness {
    private static final int MAX_NAMED = 10;

    private final Supplier<List<String>> starting;
    private final List<Room> rooms;
    private volatile boolean draining;

    /**
     * Builds it from functions that must not block.
     *
     * @param starting partitions that have run nowhere yet, with what keeps them where that is known
     * @param rooms what fills with requests
     */
    public Readiness(Supplier<List<String>> starting, List<Room> rooms) {
        this.starting = starting;
        this.rooms = List.copyOf(rooms);
    }

    /** From now on the node is not ready, and never again. */
    public void drain() {
        draining = true;
    }

    public ProbeReport report() {
        List<ProbeReport.Reason> reasons = new ArrayList<>();
        if (draining) {
            reasons.add(new ProbeReport.Reason("draining", "this node is being stopped"));
        }
        List<String> waiting = starting.get();
        if (!waiting.isEmpty()) {
            String more = waiting.size() > MAX_NAMED ? ", …" : "";
            reasons.add(new ProbeReport.Reason(
                    "starting",
                    waiting.size() + " partitions have not started yet: "
                            + String.join(", ", waiting.subList(0, Math.min(MAX_NAMED, waiting.size()))) + more));
        }
        for (Room room : rooms) {
            if (room.isFull()) {
                reasons.add(new ProbeReport.Reason("full", room.describe()));
            }
        }
        return new ProbeReport(reasons.isEmpty() ? "ready" : "not-ready", reasons);
    }
}
