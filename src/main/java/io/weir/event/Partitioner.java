package io.weir.event;

import io.weir.definition.Field;
import io.weir.definition.StreamDefinition;
import io.weir.definition.StreamLayout;
import org.jspecify.annotations.Nullable;

/**
 * Says which partition an event belongs to.
 *
 * <p>The hash is stable over versions and machines: {@link String#hashCode} of the canonical text (see
 * {@link ValueText#of}), then the 32-bit finalizer of MurmurHash3, then the unsigned remainder by the number of
 * partitions.
 */
public final class Partitioner {
    private Partitioner() {}

    /**
     * The partition of an event: by its entity, without one by its key, without either any.
     *
     * @param entity the value of the stream's entity field
     */
    public static int partitionOf(StreamDefinition definition, @Nullable Object entity, @Nullable String key) {
        StreamLayout layout = definition.layout();
        int only = layout.only();
        if (only >= 0) {
            return only;
        }
        String text = text(definition, entity, key);
        return text == null ? layout.any() : layout.partitionOf(hash(text));
    }

    /** The same for an event that is written past the log: only what is active is written to. */
    public static int activePartitionOf(StreamDefinition definition, @Nullable Object entity, @Nullable String key) {
        String text = text(definition, entity, key);
        return definition.layout().activePartitionOf(text == null ? 0 : hash(text));
    }

    /** Where an entity's events go once a change that is under way has come to its end. */
    public static int newestPartitionOf(StreamDefinition definition, Object entity) {
        String text = text(definition, entity, null);
        return definition.layout().newestPartitionOf(text == null ? 0 : hash(text));
    }

    private static @Nullable String text(StreamDefinition definition, @Nullable Object entity, @Nullable String key) {
        Field entityField = definition.entity();
        return entityField != null && entity != null ? ValueText.of(entityField.type(), entity) : key;
    }

    private static int hash(String text) {
        int hash = text.hashCode();
        hash ^= hash >>> 16;
        hash *= 0x85ebca6b;
        hash ^= hash >>> 13;
        hash *= 0xc2b2ae35;
        hash ^= hash >>> 16;
        return hash;
    }
}
