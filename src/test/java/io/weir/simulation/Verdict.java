package io.weir.simulation;

import java.util.HashMap;
import java.util.Map;

/** Compares what PostgreSQL holds with what was accepted and with what Redis itself lost. */
final class Verdict {
    private final World world;
    private final SimulatedClients clients;
    private final SimulatedRedis redis;
    private final SimulatedDatabase.State state;

    Verdict(World world, SimulatedClients clients, SimulatedRedis redis, SimulatedDatabase.State state) {
        this.world = world;
        this.clients = clients;
        this.redis = redis;
        this.state = state;
    }

    void check() {
        if (redis.lastId().isAfter(state.cursor)) {
            world.violate("the cursor " + state.cursor + " rests below the last entry " + redis.lastId());
        }
        for (SimulatedEvent event : clients.events) {
            int applied = state.timesApplied.getOrDefault(event.number(), 0);
            int dead = state.deadLetters.containsValue(event.number()) ? 1 : 0;
            if (applied + dead > 1) {
                world.violate("doubled: " + event + " was applied " + applied + " times"
                        + (dead == 0 ? "" : " and is a dead letter"));
            } else if (applied + dead == 0 && clients.accepted.get(event.number()) && !isExcused(event)) {
                world.violate("lost: " + event);
            }
        }
        Map<Object, Long> sums = new HashMap<>();
        state.timesApplied.forEach((number, times) -> sums.merge(
                clients.events.get(number).entity(),
                times * clients.events.get(number).amount(),
                Long::sum));
        if (!sums.equals(state.sums)) {
            world.violate("the counters are " + state.sums + ", their events sum up to " + sums);
        }
    }

    /**
     * What Redis acknowledged and lost, nobody can count. And where it then gives an ID at or below an earlier one, only
     * an event with a key can be told from what is committed; not even that when the ID is the very one of the cursor and
     * its entry holds the same.
     */
    private boolean isExcused(SimulatedEvent event) {
        int number = event.number();
        return redis.lost.get(number)
                || redis.hidden.get(number)
                || (event.key() == null && redis.belowEarlierIds.get(number));
    }
}
