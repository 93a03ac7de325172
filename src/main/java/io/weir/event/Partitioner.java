package io.weir.event;

import io.weir.definition.Field;
import io.weir.definition.StreamDefinition;
import java.util.concurrent.ThreadLocalRandom;
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
        int partitions = definition.partitions();
        if (partitions == 1) {
            return 0;
        }
        Field entityField = definition.entity();
        if (entityField != null && entity != null) {
            return ofText(ValueText.of(entityField.type(), entity), partitions);
        }
        return key != null
                ? ofText(key, partitions)
                : ThreadLocalRandom.current().nextInt(partitions);
    }

    private static int ofText(String text, int partitions) {
        int hash = text.hashCode();
        hash ^= hash >>> 16;
        hash *= 0x85ebca6b;
        hash ^= hash >>> 13;
        hash *= 0xc2b2ae35;
        hash ^= hash >>> 16;
        return Integer.remainderUnsigned(hash, partitions);
    }
}
