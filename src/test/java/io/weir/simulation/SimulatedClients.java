package io.weir.simulation;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** Who sends events, and remembers which were accepted. */
final class SimulatedClients {
    private static final String[] ENTITIES = {"a", "b", "c"};

    /** Events whose sender was told that Redis has them. */
    final BitSet accepted = new BitSet();

    final List<SimulatedEvent> events = new ArrayList<>();

    private final World world;
    private final SimulatedRedis redis;
    private final boolean keyed;

    SimulatedClients(World world, SimulatedRedis redis, boolean keyed) {
        this.world = world;
        this.redis = redis;
        this.keyed = keyed;
    }

    /** Sends an entry of one to three events. */
    void send() {
        List<SimulatedEvent> entry = new ArrayList<>();
        for (int count = 1 + world.random.nextInt(3); count > 0; count--) {
            entry.add(next());
        }
        var id = redis.append(entry);
        boolean told = !world.strikes(Fault.APPEND_REPLY_LOST, 10);
        world.log(null, (told ? "accepted " : "appended, the client does not know: "), id, " ", entry);
        if (told) {
            entry.forEach(event -> accepted.set(event.number()));
        }
    }

    private SimulatedEvent next() {
        if (keyed && !events.isEmpty() && world.chance(10)) {
            SimulatedEvent again = events.get(world.random.nextInt(events.size()));
            if (again.key() != null) {
                return again;
            }
        }
        int number = events.size();
        boolean readable = !world.chance(2);
        SimulatedEvent event = new SimulatedEvent(
                number,
                ENTITIES[world.random.nextInt(ENTITIES.length)],
                world.chance(2) ? SimulatedEvent.REFUSED : 1 + world.random.nextInt(5),
                keyed && readable && world.chance(85) ? "k" + number : null,
                readable);
        events.add(event);
        return event;
    }
}
