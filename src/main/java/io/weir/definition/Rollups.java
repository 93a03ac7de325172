package io.weir.definition;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a stream keeps of its counters over time, in Weir's own tables.
 *
 * @param steps how long the buckets are, the finest first; empty when nothing is kept
 * @param by the field whose time says which bucket an event belongs to; null for the time at which Redis took the event
 * @param uniques the field whose different values are counted; null for none
 */
public record Rollups(
        List<RollupStep> steps,
        @Nullable Field by,
        @Nullable Field uniques) {
    /** Nothing is kept. */
    public static final Rollups NONE = new Rollups(List.of(), null, null);

    public Rollups {
        steps = steps.stream().sorted().toList();
    }

    public boolean isEmpty() {
        return steps.isEmpty();
    }

    /** The name under which the sketches of different values are kept, beside those of the measures; null without. */
    public @Nullable String uniquesName() {
        return uniques == null ? null : "uniques:" + uniques.name();
    }
}
