package io.weir.store;

import io.weir.definition.StreamDefinition;
import io.weir.event.EntityDelta;
import io.weir.event.Event;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a window adds to its counters: what its events add that were written, and nothing of the others. */
public final class SurvivorDeltas {
    private SurvivorDeltas() {}

    /**
     * The deltas of the survivors: the given ones, but for the entities that lost an event.
     *
     * @param survivors the events that were written, in the order of {@code events}
     * @param given all events folded by entity; null to have the survivors folded here
     */
    public static List<EntityDelta> of(
            StreamDefinition definition, List<Event> events, List<Event> survivors, @Nullable List<EntityDelta> given) {
        if (given == null) {
            return EntityDelta.fold(definition, survivors);
        }
        if (survivors.size() == events.size()) {
            return given;
        }
        Set<Object> affected = new HashSet<>();
        int next = 0;
        for (Event event : events) {
            if (next < survivors.size() && isSame(survivors.get(next), event)) {
                next++;
            } else {
                Object entity = event.entity(definition);
                if (entity != null) {
                    affected.add(entity);
                }
            }
        }
        List<EntityDelta> deltas = EntityDelta.fold(
                definition,
                survivors.stream()
                        .filter(event -> affected.contains(event.entity(definition)))
                        .toList());
        for (EntityDelta delta : given) {
            if (!affected.contains(delta.entity())) {
                deltas.add(delta);
            }
        }
        return deltas;
    }

    private static boolean isSame(Event first, Event second) {
        return first.index() == second.index() && first.entryId().equals(second.entryId());
    }
}
