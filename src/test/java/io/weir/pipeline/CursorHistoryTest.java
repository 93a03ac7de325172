package io.weir.pipeline;

import static io.weir.pipeline.PipelineFixture.id;
import static org.assertj.core.api.Assertions.assertThat;

import io.weir.event.EntryId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CursorHistoryTest {
    private final CursorHistory history = new CursorHistory(Duration.ofSeconds(30), Duration.ofSeconds(10));

    @Test
    void aCursorMayBeTrimmedToOnceARetentionHasPassed() {
        assertThat(ticks(5, id(1))).containsExactly(null, null, null, id(1), id(1));
    }

    @Test
    void whatIsReadAgainBelowTheCursorIsKeptForARetentionAfterItsCommit() {
        ticks(5, id(1));
        assertThat(history.tick(id(1), false)).isNull();
        assertThat(ticks(5, id(2))).containsExactly(null, null, null, id(2), id(2));
    }

    private List<@Nullable EntryId> ticks(int count, EntryId cursor) {
        List<@Nullable EntryId> trimmable = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            trimmable.add(history.tick(cursor, true));
        }
        return trimmable;
    }
}
