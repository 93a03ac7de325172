package io.weir.log;

import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Which master has which slots, as a node says in its answer to {@code CLUSTER SLOTS}. */
final class ClusterSlots {
    private record Range(int last, String master) {}

    private final TreeMap<Integer, Range> ranges = new TreeMap<>();

    private ClusterSlots() {}

    /**
     * Reads {@code [[first, last, [host, port, …], replicas …], …]}.
     *
     * @param askedHost who answered; a node that does not say how it is called is called as it was asked
     */
    static ClusterSlots parse(List<Object> answer, String askedHost) {
        ClusterSlots slots = new ClusterSlots();
        for (Object element : answer) {
            List<?> range = (List<?>) element;
            List<?> master = (List<?>) range.get(2);
            Object name = master.get(0);
            String host = name == null ? "" : RedisCalls.text(name);
            int port = ((Long) master.get(1)).intValue();
            slots.ranges.put(
                    ((Long) range.get(0)).intValue(),
                    new Range(
                            ((Long) range.get(1)).intValue(),
                            address(host.isEmpty() || host.equals("?") ? askedHost : host, port)));
        }
        return slots;
    }

    /** The master of a slot; null when nobody has it. */
    @Nullable
    String master(int slot) {
        Map.Entry<Integer, Range> range = ranges.floorEntry(slot);
        return range == null || range.getValue().last() < slot
                ? null
                : range.getValue().master();
    }

    /** All masters that have slots. */
    Collection<String> masters() {
        return ranges.values().stream().map(Range::master).distinct().toList();
    }

    /** A node as {@code MOVED} writes it. */
    static String address(String host, int port) {
        return host + ":" + port;
    }

    /** The parts of what {@link #address} wrote; an IPv6 address has colons of its own. Null for what it did not write. */
    static @Nullable InetSocketAddress parts(String address) {
        int colon = address.lastIndexOf(':');
        try {
            int port = Integer.parseInt(address, colon + 1, address.length(), 10);
            return colon <= 0 ? null : InetSocketAddress.createUnresolved(address.substring(0, colon), port);
        } catch (IllegalArgumentException problem) {
            return null;
        }
    }
}
