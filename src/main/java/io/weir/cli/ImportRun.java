package io.weir.cli;

import io.weir.cli.ImportAnswer.InvalidLine;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Sends one file, several chunks at once. */
final class ImportRun implements ImportClient.Listener {
    /** Malformed lines that are printed; all of them are kept as dead letters. */
    static final int MAX_PRINTED = 1_000;

    /** Below the server's limit of 1 MiB for a body. */
    static final int MAX_CHUNK_BYTES = 900_000;

    private final ImportClient client;
    private final ImportProgress progress;
    private final LongAdder accepted = new LongAdder();
    private final LongAdder deadLettered = new LongAdder();
    private final LongAdder leftOut = new LongAdder();
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    private int printed;

    ImportRun(ImportClient client, ImportProgress progress) {
        this.client = client;
        this.progress = progress;
    }

    /** Sends everything; fails with what stopped it. */
    void send(ImportSource source, int chunkLines, int connections) throws Exception {
        Semaphore free = new Semaphore(connections);
        try (InputStream content = source.open();
                ExecutorService workers = Executors.newFixedThreadPool(
                        connections,
                        Thread.ofPlatform().daemon().name("import-", 0).factory())) {
            try {
                sendAll(new ImportChunks(content, chunkLines, MAX_CHUNK_BYTES, this::doesNotFit), free, workers);
                free.acquire(connections);
            } finally {
                workers.shutdownNow();
            }
        }
        Exception stopped = failure.get();
        if (stopped != null) {
            throw stopped;
        }
    }

    long accepted() {
        return accepted.sum();
    }

    long deadLettered() {
        return deadLettered.sum();
    }

    /** Lines that are too long for an event and were not taken. */
    long leftOut() {
        return leftOut.sum();
    }

    @Override
    public void taken(ImportChunk chunk, ImportAnswer answer) {
        accepted.add(answer.accepted());
        deadLettered.add(answer.deadLettered());
        for (InvalidLine line : answer.invalid()) {
            String field = line.field() == null ? "" : line.field() + ": ";
            print("line " + (chunk.firstLine() + line.index() + 1) + ": " + field + line.reason());
        }
        long undescribed = answer.deadLettered() - answer.invalid().size();
        if (undescribed > 0) {
            print("lines " + (chunk.firstLine() + 1) + " to " + (chunk.firstLine() + chunk.lines()) + ": " + undescribed
                    + " more are malformed");
        }
        progress.advance(chunk.lines());
    }

    @Override
    public void tooLarge(ImportChunk line, String detail) {
        leaveOut(line.firstLine(), detail);
    }

    private void sendAll(ImportChunks chunks, Semaphore free, ExecutorService workers)
            throws IOException, InterruptedException {
        for (ImportChunk next = chunks.next(); next != null && failure.get() == null; next = chunks.next()) {
            ImportChunk chunk = next;
            free.acquire();
            try {
                workers.execute(() -> {
                    try {
                        client.send(chunk, this);
                    } catch (Exception problem) {
                        failure.compareAndSet(null, problem);
                        workers.shutdownNow();
                    } finally {
                        free.release();
                    }
                });
            } catch (RejectedExecutionException stopped) {
                free.release();
                return;
            }
        }
    }

    private void doesNotFit(long line) {
        leaveOut(line, "has more than " + MAX_CHUNK_BYTES + " bytes");
    }

    private void leaveOut(long line, String detail) {
        leftOut.increment();
        print("line " + (line + 1) + ": left out: " + detail);
        progress.advance(1);
    }

    private synchronized void print(String message) {
        printed++;
        if (printed <= MAX_PRINTED) {
            progress.message(message);
        } else if (printed == MAX_PRINTED + 1) {
            progress.message("further malformed lines are not printed; the dead letters hold all of them");
        }
    }
}
