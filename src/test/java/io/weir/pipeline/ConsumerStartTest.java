package io.weir.pipeline;

import static io.weir.pipeline.PipelineFixture.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.event.EntryId;
import io.weir.log.LogEntry;
import io.weir.log.PartitionReader;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ConsumerStartTest {
    private static final Duration REWIND = Duration.ofMillis(40);

    private final StubStore store = new StubStore();
    private final Reader reader = new Reader();

    @Test
    void aTailThatIsThereIsReadOnFromTheCursor() {
        store.setCursor(id(100));
        reader.behind.addAll(List.of(false, false));
        ConsumerStart.Position position = start();
        assertThat(position.cursor()).isEqualTo(id(100));
        assertThat(reader.readFrom).isEqualTo(id(100));
    }

    @Test
    void aLostTailIsReadOnFromBeforeTheCursor() {
        store.setCursor(id(100));
        reader.behind.add(true);
        assertThat(start().cursor()).isEqualTo(id(100));
        assertThat(reader.readFrom).isEqualTo(new EntryId(60, 0));
    }

    @Test
    void aTailThatIsLostBeforeTheGroupIsThereEndsTheStart() {
        store.setCursor(id(100));
        reader.behind.addAll(List.of(false, true));
        assertThatThrownBy(this::start)
                .isInstanceOf(CompletionException.class)
                .hasRootCauseInstanceOf(PartitionFailure.class)
                .hasMessageContaining("lost its tail while");
    }

    private ConsumerStart.Position start() {
        return ConsumerStart.run("one", store, reader, REWIND, Runnable::run)
                .toCompletableFuture()
                .join();
    }

    private static final class Reader implements PartitionReader {
        private final Deque<Boolean> behind = new ArrayDeque<>();
        private @Nullable EntryId readFrom;

        @Override
        public CompletionStage<Boolean> isBehind(EntryId cursor, long checksum) {
            return CompletableFuture.completedStage(behind.remove());
        }

        @Override
        public CompletionStage<Begun> begin(long epoch, EntryId cursor, EntryId from) {
            readFrom = from;
            return CompletableFuture.completedStage(new Begun(0, 0, false));
        }

        @Override
        public CompletionStage<List<LogEntry>> read(int maxEntries, Duration block) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<Void> acknowledge(List<EntryId> entries, int events) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<Void> trim(EntryId minimum) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<Void> countAhead() {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<@Nullable EntryId> lastEntry() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void caughtUp(long uncommittedEvents) {}

        @Override
        public void close() {}
    }
}
