package io.weir.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.definition.StreamDefinition;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class PartitionerTest {
    private final StreamDefinition sessions = Streams.preset("session-events");

    @Test
    void anEntitysPartitionNeverChanges() {
        // figures of the first release: another result would spread one entity over two partitions
        assertThat(of("00000000-0000-0000-0000-000000000001")).isEqualTo(1);
        assertThat(of("2f1c1b6e-6c0e-4b57-9d0a-3d2a4a4f6f10")).isEqualTo(2);
    }

    @Test
    void entitiesSpreadEvenly() {
        int[] events = new int[5];
        for (int i = 0; i < 10_000; i++) {
            events[Partitioner.partitionOf(sessions, new UUID(0, i), null)]++;
        }
        for (int count : events) {
            assertThat(count).isBetween(1800, 2200);
        }
    }

    @Test
    void withoutAnEntityTheKeyDecidesAndWithoutAKeyChance() {
        StreamDefinition collect = Streams.parse("""
            weir.streams.x { partitions = 8, fields { a = text }, rows = [{ table = t, columns { a = a } }] }\
            """);

        assertThat(Partitioner.partitionOf(collect, null, "k")).isEqualTo(Partitioner.partitionOf(collect, null, "k"));
        for (int i = 0; i < 100; i++) {
            assertThat(Partitioner.partitionOf(collect, null, null)).isBetween(0, 7);
        }
    }

    private int of(String session) {
        return Partitioner.partitionOf(sessions, UUID.fromString(session), "ignored");
    }
}
