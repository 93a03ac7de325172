package io.weir.definition;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class StreamLayoutTest {
    private static final Generation FIRST = new Generation(0, 4, true);

    private final StreamLayout layout = new StreamLayout(4);

    @Test
    void eachEntityStaysWhereItIsUntilItsOwnPartitionIsSealed() {
        layout.update(List.of(FIRST, new Generation(1, 3, false)), Set.of());
        assertThat(layout.partitionOf(6)).isEqualTo(2);
        layout.sealed(2);
        assertThat(layout.partitionOf(6)).isEqualTo(1_000);
        assertThat(layout.partitionOf(5)).isEqualTo(1);
        // past the log, only on behalf of what is active
        assertThat(layout.activePartitionOf(6)).isEqualTo(2);
        assertThat(layout.running()).containsExactly(0, 1, 2, 3);
        assertThat(layout.live()).containsExactly(0, 1, 2, 3, 1_000, 1_001, 1_002);
        assertThat(layout.isSuperseded(1)).isTrue();
        assertThat(layout.isReplaced(1)).isFalse();

        layout.update(List.of(FIRST, new Generation(1, 3, true)), Set.of(0, 3));
        assertThat(layout.partitionOf(5)).isEqualTo(1_002);
        assertThat(layout.running()).containsExactly(1, 2, 1_000, 1_001, 1_002);
        assertThat(layout.isReplaced(1)).isTrue();
    }

    @Test
    void whoMeetsASealBeforeItKnowsWhatFollowsAsksAndWaits() {
        CompletableFuture<Void> asked = new CompletableFuture<>();
        layout.whenUnknown(() -> asked.complete(null));
        layout.sealed(0);
        assertThat(asked).isDone();
        CompletableFuture<Void> known = layout.successorKnown(0, 60_000).toCompletableFuture();
        assertThat(known).isNotDone();
        assertThat(layout.partitionOf(0)).isZero();
        layout.update(List.of(FIRST, new Generation(1, 1, false)), Set.of());
        assertThat(known).isCompleted();
        assertThat(layout.partitionOf(0)).isEqualTo(1_000);
    }

    @Test
    void theKeysOfTheFirstGenerationAreWhatTheyWere() {
        assertThat(layout.key("a", 2)).isEqualTo("a:{2}");
        assertThat(new StreamLayout(1).key("a", 0)).isEqualTo("a");
        layout.update(List.of(FIRST, new Generation(1, 1, true)), Set.of());
        assertThat(layout.key("a", 2)).isEqualTo("a:{2}");
        assertThat(layout.key("a", 1_000)).isEqualTo("a:g1:{0}");
    }
}
