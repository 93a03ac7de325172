package io.weir.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.definition.Generation;
import io.weir.definition.StreamDefinition;
import io.weir.event.EntryId;
import io.weir.log.LogEntry;
import io.weir.log.LogTail;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class StreamTailTest {
    private static final EntryId OLD = new EntryId(1, 0);
    private static final EntryId NEW = new EntryId(2, 0);

    private final Map<Integer, LogTail.End> ends = new HashMap<>();

    private final class EntriesAtTheEnd implements LogTail {
        @Override
        public CompletionStage<End> end(StreamDefinition definition, int partition) {
            return CompletableFuture.completedFuture(ends.getOrDefault(partition, End.NOTHING));
        }

        @Override
        public CompletionStage<List<LogEntry>> newest(
                StreamDefinition definition, int partition, EntryId after, EntryId upTo, int maxEntries) {
            return CompletableFuture.completedFuture(List.of(new LogEntry(upTo, List.of())));
        }

        @Override
        public void close() {}
    }

    @Test
    void itBeginsAtTheEndAndFollowsNewPartitionsFromTheirBeginning() {
        StreamDefinition definition = Streams.clicks();
        StreamTail tail = new StreamTail(definition, new EntriesAtTheEnd(), 10);
        ends.put(0, new LogTail.End(OLD, 7));
        assertThat(tail.look().toCompletableFuture().join().begins()).isTrue();
        assertThat(told(tail)).isEmpty();

        ends.put(0, new LogTail.End(NEW, 8));
        ends.put(1000, new LogTail.End(OLD, 3));
        definition.layout().update(List.of(new Generation(0, 2, true), new Generation(1, 1, false)), Set.of());

        assertThat(told(tail)).containsExactly("0: 2-0, skipped 0", "1000: 1-0, skipped 2");
        assertThat(told(tail)).isEmpty();
    }

    private static List<String> told(StreamTail tail) {
        return tail.look().toCompletableFuture().join().news().stream()
                .filter(news -> !news.entries().isEmpty())
                .map(news -> news.partition() + ": " + news.entries().getFirst().id() + ", skipped " + news.skipped())
                .toList();
    }
}
