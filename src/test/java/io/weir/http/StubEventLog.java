package io.weir.http;

import io.weir.definition.StreamDefinition;
import io.weir.event.EntryId;
import io.weir.log.EventLog;
import io.weir.log.LogItem;
import io.weir.log.PartitionReader;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.IntFunction;

/** A log in memory, whose next answers a test decides. */
final class StubEventLog implements EventLog {
    record Append(int partition, List<LogItem> items) {}

    final List<Append> appends = new CopyOnWriteArrayList<>();
    volatile IntFunction<CompletionStage<EntryId>> answers =
            partition -> CompletableFuture.completedFuture(new EntryId(1, partition));

    @Override
    public CompletionStage<EntryId> append(StreamDefinition definition, int partition, List<LogItem> items) {
        appends.add(new Append(partition, items));
        return answers.apply(partition);
    }

    @Override
    public CompletionStage<List<Place>> appendOnce(StreamDefinition definition, int partition, List<LogItem> items) {
        throw new UnsupportedOperationException();
    }

    @Override
    public PartitionReader reader(StreamDefinition definition, int partition) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean isConnected() {
        return true;
    }

    @Override
    public long depth(StreamDefinition definition) {
        return 0;
    }

    @Override
    public CompletionStage<Boolean> isReachable() {
        return CompletableFuture.completedFuture(true);
    }

    @Override
    public void close() {}
}
